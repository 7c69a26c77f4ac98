#ifndef REELHOUSE_CCURL_H
#define REELHOUSE_CCURL_H

#include <curl/curl.h>
#include <stddef.h>

// libcurl, loaded when it is first needed: to link it costs each start of the program 7 ms, and most commands never talk
// to a network. The headers serve for types and constants only; whoever calls a function of theirs directly gets an error
// from the linker.

// What a transfer asks of its owner; `context` is given to each.
typedef struct {
  void *context;
  size_t (*on_header)(void *context, const char *line, size_t count);
  size_t (*on_body)(void *context, const void *bytes, size_t count);
  size_t (*read_body)(void *context, void *buffer, size_t capacity);
  int (*rewind_body)(void *context, curl_off_t offset);
  int (*is_cancelled)(void *context);
} reelhouse_curl_callbacks;

// Loads the library, once. Returns NULL when it is there, else what the system said of it.
const char *reelhouse_curl_load(void);

// All that follows may only be called when the library is loaded.
CURL *reelhouse_curl_new(void);
void reelhouse_curl_free(CURL *handle);
// Forgets all options; keeps connections, the DNS cache and TLS sessions.
void reelhouse_curl_reset(CURL *handle);
// Transfers. SIGPIPE is kept from the thread meanwhile: OpenSSL writes to sockets that were closed.
CURLcode reelhouse_curl_perform(CURL *handle);

// curl_easy_setopt is variadic, which Swift does not import.
CURLcode reelhouse_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode reelhouse_curl_set_count(CURL *handle, CURLoption option, curl_off_t value);
CURLcode reelhouse_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode reelhouse_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode reelhouse_curl_set_buffer(CURL *handle, CURLoption option, char *value);
// `callbacks` must live until the transfer has ended. With `has_body`, the body is asked for.
CURLcode reelhouse_curl_set_callbacks(CURL *handle, const reelhouse_curl_callbacks *callbacks, int has_body);

const char *reelhouse_curl_reason(CURLcode code);
struct curl_slist *reelhouse_curl_append(struct curl_slist *list, const char *text);
void reelhouse_curl_free_list(struct curl_slist *list);

#endif
