#include "cigzip.h"

#if __has_include(<isa-l/igzip_lib.h>) && __has_include(<isa-l/crc.h>)

#include <dlfcn.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdlib.h>

// The size of `struct inflate_state` is part of the library's interface, whose version is the 2 in these names.
static const char *const libraryNames[] = {"libisal.so.2", "libisal.2.dylib", "/opt/homebrew/lib/libisal.2.dylib"};

static struct {
  void (*init)(struct inflate_state *);
  int (*inflate)(struct inflate_state *);
  uint32_t (*crc32)(uint32_t, const unsigned char *, uint64_t);
} library;
static bool isOpen;
static pthread_once_t opening = PTHREAD_ONCE_INIT;

struct cigzip_stream {
  struct inflate_state state;
};

static void openLibrary(void) {
  void *handle = NULL;
  for (size_t i = 0; handle == NULL && i < sizeof libraryNames / sizeof *libraryNames; i++) {
    handle = dlopen(libraryNames[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (handle == NULL) return;
  *(void **)&library.init = dlsym(handle, "isal_inflate_init");
  *(void **)&library.inflate = dlsym(handle, "isal_inflate");
  *(void **)&library.crc32 = dlsym(handle, "crc32_gzip_refl");
  isOpen = library.init != NULL && library.inflate != NULL && library.crc32 != NULL;
}

bool cigzip_isAvailable(void) {
  pthread_once(&opening, openLibrary);
  return isOpen;
}

cigzip_stream *cigzip_create(void) {
  if (!cigzip_isAvailable()) return NULL;
  cigzip_stream *stream = malloc(sizeof *stream);
  if (stream == NULL) return NULL;
  library.init(&stream->state);
  stream->state.crc_flag = ISAL_DEFLATE;
  return stream;
}

void cigzip_destroy(cigzip_stream *stream) {
  free(stream);
}

cigzip_result cigzip_inflate(
  cigzip_stream *stream, const void *input, size_t inputCount, void *output, size_t outputCount) {
  struct inflate_state *state = &stream->state;
  uint32_t inputLimit = inputCount < UINT32_MAX ? (uint32_t)inputCount : UINT32_MAX;
  uint32_t outputLimit = outputCount < UINT32_MAX ? (uint32_t)outputCount : UINT32_MAX;
  state->next_in = (uint8_t *)input;
  state->avail_in = inputLimit;
  state->next_out = output;
  state->avail_out = outputLimit;

  cigzip_result result;
  result.code = library.inflate(state);
  // Not by avail_in, which is wrong where the data are corrupt: seen with 2.30 to be below 0.
  result.consumed = state->next_in - (const uint8_t *)input;
  result.produced = outputLimit - state->avail_out;
  if (result.code < 0 || result.code == ISAL_NEED_DICT) {
    result.outcome = cigzip_corrupt;
  } else if (state->block_state == ISAL_BLOCK_FINISH) {
    // Whole bytes that wait among the bits read ahead do not belong to the stream.
    result.consumed -= state->read_in_length / 8;
    state->read_in_length = 0;
    result.outcome = cigzip_end;
  } else {
    result.outcome = cigzip_more;
  }
  return result;
}

uint32_t cigzip_crc32(uint32_t crc, const void *bytes, size_t count) {
  return library.crc32(crc, bytes, count);
}

#else

bool cigzip_isAvailable(void) {
  return false;
}

cigzip_stream *cigzip_create(void) {
  return NULL;
}

void cigzip_destroy(cigzip_stream *stream) {
  (void)stream;
}

cigzip_result cigzip_inflate(
  cigzip_stream *stream, const void *input, size_t inputCount, void *output, size_t outputCount) {
  (void)stream, (void)input, (void)inputCount, (void)output, (void)outputCount;
  return (cigzip_result){.outcome = cigzip_corrupt};
}

uint32_t cigzip_crc32(uint32_t crc, const void *bytes, size_t count) {
  (void)bytes, (void)count;
  return crc;
}

#endif
