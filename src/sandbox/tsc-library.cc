#include "sandbox/tsc-library.h"

#include <fstream>
#include <iterator>
#include <set>

#include "base/text.h"

namespace executor::sandbox {
namespace {

// Each topic after es2024 is in the engine (TscLibrary.WhatIsDeclaredIsThereInTheEngine); without
// them a program that uses an iterator's `map` or a set's `union` would be called wrong and would
// run.
constexpr std::string_view kTopics[] = {
    "es2024",        "es2025.collection", "es2025.iterator", "es2025.promise",
    "es2025.regexp", "es2025.float16",    "esnext.array",    "esnext.disposable",
    "esnext.error",  "esnext.typedarrays"};

constexpr std::string_view kReference = "/// <reference ";
constexpr std::string_view kLib = "reference lib=\"";

// The topic of a line `/// <reference lib="es2023" />`, empty for other references.
std::string_view referredTopic(std::string_view line) {
  const std::size_t at = line.find(kLib);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + kLib.size());
  return rest.substr(0, rest.find('"'));
}

// A topic comes from our list or from a file of the package: still, it is no path.
bool isTopic(std::string_view topic) {
  return !topic.empty() &&
         topic.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.") == topic.npos;
}

// As the package writes them: `export {};` on a line of its own.
bool isModule(std::string_view text) {
  return text.starts_with("export ") || text.find("\nexport ") != text.npos;
}

// Depth first over the references. What cannot be a topic is skipped, which shows as missing names
// in the tests if the package should ever change its way of writing.
class LibraryReader {
 public:
  explicit LibraryReader(std::string directory) : directory_(std::move(directory)) {}

  // What a file refers to stands before it, as the compiler would load it.
  Status add(std::string_view topic) {
    if (!isTopic(topic) || !seen_.emplace(topic).second) return {};
    EXECUTOR_TRY(const std::string file, read(topic));
    std::string own;
    for (std::string_view line : splitText(file, '\n')) {
      if (!line.starts_with(kReference)) {
        own.append(line).push_back('\n');
      } else {
        EXECUTOR_CHECK(add(referredTopic(line)));
      }
    }
    return keep(std::move(own));
  }

  std::vector<std::string> take() && { return std::move(texts_); }

 private:
  // The joined text grows; a module gets a place of its own behind it.
  Status keep(std::string text) {
    bytes_ += text.size();
    if (isModule(text)) {
      texts_.push_back(std::move(text));
    } else {
      texts_[0] += text;
    }
    if (bytes_ <= kMaxLibraryBytes && texts_.size() <= kMaxLibraryFiles) return {};
    return fail(ErrorCode::limit_exceeded, "The type checker's library is too large.");
  }

  // Named after the topic alone: the directory is the compiler's own.
  Result<std::string> read(std::string_view topic) const {
    const std::string path = directory_ + "/lib." + std::string(topic) + ".d.ts";
    std::ifstream file(path, std::ios::binary);
    if (file) return std::string(std::istreambuf_iterator<char>(file), {});
    return fail(ErrorCode::not_configured, "The type checker lacks " + path + ".",
                "Install npm `typescript` 7 whole: its library stands beside its binary.");
  }

  std::string directory_;
  std::set<std::string, std::less<>> seen_;
  std::vector<std::string> texts_{1};
  std::size_t bytes_ = 0;
};

// Loose where the harness is loose: it takes any value and makes text of it, and a program must not
// be called wrong for relying on that. `emit` as D19 has it. What only teaches (fetch, process,
// require) is not declared, so that the compiler says that it does not exist.
constexpr std::string_view kGlobals = R"TS(
interface Console {
  debug(...values: any[]): void; log(...values: any[]): void; info(...values: any[]): void;
  warn(...values: any[]): void; error(...values: any[]): void; trace(...values: any[]): void;
  dir(value?: any, options?: any): void; assert(condition?: any, ...values: any[]): void;
}
declare var console: Console;
declare function emit(value: any, options?: any): any;
declare function setTimeout(callback: (...values: any[]) => any, ms?: number,
  ...values: any[]): number;
declare function setInterval(callback: (...values: any[]) => any, ms?: number,
  ...values: any[]): number;
declare function clearTimeout(id?: number): void;
declare function clearInterval(id?: number): void;
declare function queueMicrotask(callback: () => any): void;
declare function structuredClone<T = any>(value: T, options?: any): T;
declare function atob(text: string): string;
declare function btoa(text: string): string;
declare var performance: { now(): number; readonly timeOrigin: number };
declare class DOMException extends Error {
  constructor(message?: string, name?: string);
  readonly code: number;
}
declare var crypto: {
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
  getRandomValues<T extends ArrayBufferView | null>(view: T): T;
};
declare class TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
declare class URLSearchParams {
  constructor(init?: string | string[][] | Record<string, string> | Iterable<[string, string]>
    | URLSearchParams);
  readonly size: number;
  append(name: string, value: any): void;
  delete(name: string, value?: any): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: any): boolean;
  set(name: string, value: any): void;
  sort(): void;
  toString(): string;
  forEach(callback: (value: string, key: string, parent: URLSearchParams) => any,
    that?: any): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}
declare class URL {
  constructor(url: string | URL, base?: string | URL);
  static canParse(url: string | URL, base?: string | URL): boolean;
  static parse(url: string | URL, base?: string | URL): URL | null;
  hash: string; host: string; hostname: string; href: string; password: string; pathname: string;
  port: string; protocol: string; search: string; username: string;
  readonly origin: string;
  readonly searchParams: URLSearchParams;
  toString(): string;
  toJSON(): string;
}
)TS";

}  // namespace

std::span<const std::string_view> libraryTopics() { return kTopics; }

Result<std::vector<std::string>> readLibrary(const std::string& directory) {
  LibraryReader reader(directory);
  for (const std::string_view topic : kTopics) EXECUTOR_CHECK(reader.add(topic));
  return std::move(reader).take();
}

std::string_view globalDeclarations() { return kGlobals; }

}  // namespace executor::sandbox
