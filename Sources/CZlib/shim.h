#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

// inflateInit2 and deflateInit2 are macros that pass ZLIB_VERSION and sizeof(z_stream), which Swift cannot
// import. Negative window bits mean a raw stream without zlib's own header, as zip members are.
static inline int czlib_inflateInitRaw(z_stream *stream) {
  return inflateInit2(stream, -MAX_WBITS);
}

static inline int czlib_deflateInitRaw(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

// Window bits beyond 15 choose the container: 16 more write gzip, 32 more read gzip and zlib.
static inline int czlib_inflateInitGzip(z_stream *stream) {
  return inflateInit2(stream, MAX_WBITS + 32);
}

static inline int czlib_deflateInitGzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
