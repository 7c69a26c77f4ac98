#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

// The functions of libcurl that are used.
static struct {
  CURLcode (*global_init)(long);
  CURL *(*init)(void);
  void (*cleanup)(CURL *);
  void (*reset)(CURL *);
  CURLcode (*perform)(CURL *);
  CURLcode (*setopt)(CURL *, CURLoption, ...);
  const char *(*strerror)(CURLcode);
  struct curl_slist *(*append)(struct curl_slist *, const char *);
  void (*free_all)(struct curl_slist *);
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[512];

#ifdef __APPLE__
static const char *const names[] = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
#else
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif

static void *symbol(void *library, const char *name) {
  void *address = dlsym(library, name);
  if (!address && !failure[0]) snprintf(failure, sizeof failure, "the library has no function '%s'", name);
  return address;
}

static void load(void) {
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library && !failure[0]) {
      const char *reason = dlerror();
      snprintf(failure, sizeof failure, "%s", reason ? reason : names[i]);
    }
  }
  if (!library) return;
  failure[0] = 0;
  curl.global_init = (CURLcode(*)(long))symbol(library, "curl_global_init");
  curl.init = (CURL * (*)(void)) symbol(library, "curl_easy_init");
  curl.cleanup = (void (*)(CURL *))symbol(library, "curl_easy_cleanup");
  curl.reset = (void (*)(CURL *))symbol(library, "curl_easy_reset");
  curl.perform = (CURLcode(*)(CURL *))symbol(library, "curl_easy_perform");
  curl.setopt = (CURLcode(*)(CURL *, CURLoption, ...))symbol(library, "curl_easy_setopt");
  curl.strerror = (const char *(*)(CURLcode))symbol(library, "curl_easy_strerror");
  curl.append = (struct curl_slist * (*)(struct curl_slist *, const char *)) symbol(library, "curl_slist_append");
  curl.free_all = (void (*)(struct curl_slist *))symbol(library, "curl_slist_free_all");
  if (failure[0]) return;
  CURLcode code = curl.global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) snprintf(failure, sizeof failure, "%s", curl.strerror(code));
}

const char *reelhouse_curl_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

CURL *reelhouse_curl_new(void) { return curl.init(); }

void reelhouse_curl_free(CURL *handle) { curl.cleanup(handle); }

void reelhouse_curl_reset(CURL *handle) { curl.reset(handle); }

CURLcode reelhouse_curl_perform(CURL *handle) {
#ifdef __APPLE__
  return curl.perform(handle);  // curl sets SO_NOSIGPIPE there
#else
  sigset_t pipe_signal, pending, former;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &former);
  CURLcode code = curl.perform(handle);
  if (!was_pending) {
    struct timespec none = {0, 0};
    while (sigtimedwait(&pipe_signal, NULL, &none) == SIGPIPE) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &former, NULL);
  return code;
#endif
}

CURLcode reelhouse_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl.setopt(handle, option, value);
}

CURLcode reelhouse_curl_set_count(CURL *handle, CURLoption option, curl_off_t value) {
  return curl.setopt(handle, option, value);
}

CURLcode reelhouse_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl.setopt(handle, option, value);
}

CURLcode reelhouse_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl.setopt(handle, option, value);
}

CURLcode reelhouse_curl_set_buffer(CURL *handle, CURLoption option, char *value) {
  return curl.setopt(handle, option, value);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *callbacks) {
  const reelhouse_curl_callbacks *all = callbacks;
  return all->on_header(all->context, bytes, size * count);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *callbacks) {
  const reelhouse_curl_callbacks *all = callbacks;
  return all->on_body(all->context, bytes, size * count);
}

static size_t read_body(char *buffer, size_t size, size_t count, void *callbacks) {
  const reelhouse_curl_callbacks *all = callbacks;
  return all->read_body(all->context, buffer, size * count);
}

static int rewind_body(void *callbacks, curl_off_t offset, int origin) {
  const reelhouse_curl_callbacks *all = callbacks;
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  return all->rewind_body(all->context, offset) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static int on_progress(void *callbacks, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up) {
  (void)down_all, (void)down, (void)up_all, (void)up;
  const reelhouse_curl_callbacks *all = callbacks;
  return all->is_cancelled(all->context);
}

CURLcode reelhouse_curl_set_callbacks(CURL *handle, const reelhouse_curl_callbacks *callbacks, int has_body) {
  void *context = (void *)callbacks;
  CURLcode code = curl.setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  if (!code) code = curl.setopt(handle, CURLOPT_HEADERDATA, context);
  if (!code) code = curl.setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  if (!code) code = curl.setopt(handle, CURLOPT_WRITEDATA, context);
  if (!code) code = curl.setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  if (!code) code = curl.setopt(handle, CURLOPT_XFERINFODATA, context);
  if (!code) code = curl.setopt(handle, CURLOPT_NOPROGRESS, 0L);
  if (code || !has_body) return code;
  code = curl.setopt(handle, CURLOPT_READFUNCTION, read_body);
  if (!code) code = curl.setopt(handle, CURLOPT_READDATA, context);
  if (!code) code = curl.setopt(handle, CURLOPT_SEEKFUNCTION, rewind_body);
  if (!code) code = curl.setopt(handle, CURLOPT_SEEKDATA, context);
  return code;
}

const char *reelhouse_curl_reason(CURLcode code) { return curl.strerror(code); }

struct curl_slist *reelhouse_curl_append(struct curl_slist *list, const char *text) {
  return curl.append(list, text);
}

void reelhouse_curl_free_list(struct curl_slist *list) { curl.free_all(list); }
