#ifndef CIGZIP_H
#define CIGZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Inflate and CRC-32 of Intel's ISA-L ("igzip"), two to three times as fast as zlib's. The library is optional: it is
// opened at run time where it is installed, if its header was there at compile time.

/// One raw deflate stream being decompressed.
typedef struct cigzip_stream cigzip_stream;

typedef enum {
  cigzip_more,
  cigzip_end,
  cigzip_corrupt,
} cigzip_outcome;

typedef struct {
  cigzip_outcome outcome;
  /// ISA-L's code: negative where the data are corrupt.
  int code;
  /// Bytes of input used up. At the end of the stream the bytes behind it are not among them.
  ptrdiff_t consumed;
  /// Bytes of output written.
  size_t produced;
} cigzip_result;

/// Whether the library is there. Any thread may ask; the first one opens it.
bool cigzip_isAvailable(void);

/// NULL where there is no library or no memory for its 87 KB of state.
cigzip_stream *cigzip_create(void);

void cigzip_destroy(cigzip_stream *stream);

/// Decompresses as far as input and output reach. `consumed` is negative where bytes that an earlier call took in turn
/// out to stand behind the stream's end.
cigzip_result cigzip_inflate(
  cigzip_stream *stream, const void *input, size_t inputCount, void *output, size_t outputCount);

/// The CRC-32 of zip and gzip, continued from `crc`, which is 0 at first. The library must be there.
uint32_t cigzip_crc32(uint32_t crc, const void *bytes, size_t count);

#endif
