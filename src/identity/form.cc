#include "identity/form.h"

#include "base/text.h"

namespace executor::identity {

bool isForm(const net::Request& request) {
  const auto type = request.headers.get("content-type");
  return equalsIgnoreCase(trimText(type.substr(0, type.find(';'))),
                          "application/x-www-form-urlencoded");
}

// A form body and a query string are the same encoding, so the query's reader reads both.
std::string formField(const net::Request& request, std::string_view name) {
  if (!isForm(request)) return {};
  net::Request form;
  form.query = request.body;
  return form.queryParameter(name);
}

}  // namespace executor::identity
