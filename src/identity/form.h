// Fields of a posted HTML form (application/x-www-form-urlencoded).
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace executor::identity {

bool isForm(const net::Request& request);

// The decoded value of the first field of that name; empty if absent or if the body is no form.
std::string formField(const net::Request& request, std::string_view name);

}  // namespace executor::identity
