// How a parameter's value is written into a request: OpenAPI's styles, RFC 6570 underneath.
//
// Each part is percent-encoded on its own and the delimiters of a style stay literal, so that a
// comma inside a value cannot be taken for one between values. Nested values, for which the
// standard has no form, are compact JSON; in deepObject they go on in brackets (a[b][0]=x), which
// is what servers with that style expect.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "source/tool-set.h"

namespace executor::source {

// "a=x&a=y%20z" in pieces; an empty exploded array or object has none.
std::vector<std::string> queryPieces(const ParameterView& parameter, const json::value& value);

// For a path template's placeholder: simple, label or matrix, encoded.
std::string pathText(const ParameterView& parameter, const json::value& value);

// For a header: not encoded, as headers have no encoding.
std::string headerText(const ParameterView& parameter, const json::value& value);

// "a=1" pieces for the Cookie header; characters a cookie cannot hold are percent-encoded.
std::vector<std::string> cookiePieces(const ParameterView& parameter, const json::value& value);

// A scalar as text: strings as they are, all else as compact JSON.
std::string scalarText(const json::value& value);

// "a%5Bb%5D=1" for nested objects and arrays.
void deepPieces(const std::string& name, const json::value& value, std::vector<std::string>& out);

}  // namespace executor::source
