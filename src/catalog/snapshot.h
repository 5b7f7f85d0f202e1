// The Catalog of a workspace: its ready sources and the built-in tools, fixed once made.
//
// Sources are sorted by name; each tool set is shared with other workspaces. What a question needs
// beyond the sets (the order of tools by path) is made at its first use and kept with the snapshot.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/search.h"

namespace executor::catalog {

struct SnapshotSource {
  std::string id, name, baseUrl, title;
  std::shared_ptr<const source::ToolSet> set;
};

class Snapshot final : public Catalog {
 public:
  explicit Snapshot(std::vector<SnapshotSource> sources);

  std::optional<ToolRef> find(std::string_view path) const override;
  Error unknownTool(std::string_view path) const override;
  std::size_t knownSegments(std::string_view path) const override;
  std::vector<Namespace> namespaces() const override;
  std::size_t toolCount() const override;
  std::uint64_t version() const override { return version_; }
  Result<json::value> answer(SystemTool tool, const json::object& input,
                             const ApprovalOf& approvalOf) const override;

  const std::vector<SnapshotSource>& sources() const { return sources_; }
  std::vector<std::string> sourceNames() const;
  // Index into sources(), or nullopt.
  std::optional<std::size_t> sourceNamed(std::string_view name) const;
  ToolRef ref(std::size_t source, std::uint32_t tool) const;
  // The tools of a source in the order of their paths.
  const std::vector<std::uint32_t>& byPath(std::size_t source) const;
  // What search() takes: all sources, or only the one.
  std::vector<SearchedSet> searched(std::optional<std::size_t> only = {}) const;

 private:
  struct Order {
    std::once_flag made;
    std::vector<std::uint32_t> tools;
  };

  std::vector<SnapshotSource> sources_;
  std::unordered_map<std::string, std::size_t> byName_;
  std::unique_ptr<Order[]> orders_;
  std::uint64_t version_;
};

ToolRef systemRef(SystemTool tool);

}  // namespace executor::catalog
