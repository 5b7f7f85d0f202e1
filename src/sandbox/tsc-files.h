// The compiler's file system: a few texts in one directory, held in memory.
//
// Whatever else it asks for does not exist, wherever it asks. So the compiler needs no right to
// open anything, and a program's text never lies on a disk.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/tsc-messages.h"

namespace executor::sandbox {

class TscFiles {
 public:
  // Globals and an empty program.
  TscFiles();

  // The library and the project that lists it.
  void putLibrary(std::vector<std::string> texts);
  void putProgram(std::string text);
  // The answer's result, as JSON text; `null` for a method that is unknown.
  std::string answer(const TscQuestion& question) const;

 private:
  void put(std::string_view path, std::string text);
  std::string entries(std::string_view directory) const;
  std::string content(std::string_view path) const;

  std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace executor::sandbox
