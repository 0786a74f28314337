// Values of JavaScript, unwrapped. Plain C functions of N-API, and of C++ only what needs no run-time library.
#pragma once
#include <node_api.h>
#include <string.h>

/** The arguments of a call. */
template <size_t most>
struct Arguments {
  napi_env env;
  napi_value values[most];

  Arguments(napi_env env_, napi_callback_info info) : env(env_) {
    size_t count = most;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }

  napi_value operator[](size_t i) const { return values[i]; }
};

inline napi_value undefined(napi_env env) {
  napi_value value;
  napi_get_undefined(env, &value);
  return value;
}

inline napi_value numberOf(napi_env env, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  return value;
}

inline int64_t integerOf(napi_env env, napi_value value) {
  int64_t integer = 0;
  napi_get_value_int64(env, value, &integer);
  return integer;
}

/** Bytes of memory; of what is no array there are none. */
struct Bytes {
  char* data;
  size_t length;
};

inline Bytes bytesOf(napi_env env, napi_value array) {
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type = napi_uint8_array;
  if (napi_get_typedarray_info(env, array, &type, &length, &data, nullptr, nullptr) != napi_ok) return {nullptr, 0};
  return {static_cast<char*>(data), length * (type == napi_float32_array || type == napi_int32_array ? 4 : 1)};
}

inline Bytes bufferBytes(napi_env env, napi_value buffer) {
  void* data = nullptr;
  size_t length = 0;
  napi_get_arraybuffer_info(env, buffer, &data, &length);
  return {static_cast<char*>(data), length};
}

template <class T>
const T* elementsOf(napi_env env, napi_value array) {
  return reinterpret_cast<const T*>(bytesOf(env, array).data);
}

inline napi_value elementOf(napi_env env, napi_value list, uint32_t index) {
  napi_value element;
  napi_get_element(env, list, index, &element);
  return element;
}

/** A name of at most 31 characters. */
struct Name {
  char text[32] = {};

  Name(napi_env env, napi_value value) { napi_get_value_string_utf8(env, value, text, sizeof text, nullptr); }
  bool is(const char* other) const { return strcmp(text, other) == 0; }
};

template <class T>
T* externalOf(napi_env env, napi_value value) {
  void* data = nullptr;
  napi_get_value_external(env, value, &data);
  return static_cast<T*>(data);
}
