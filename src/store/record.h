// A record type is a struct described once; the description is its JSON form, columns and indexes (D24).
//
//   struct Source { std::string id; std::string workspaceId; std::string name; … };
//   RECORD(Source, "source", key(id), FIELDS(id, workspaceId, name, …),
//          INDEX(byWorkspace, workspaceId, name), UNIQUE(byName, workspaceId, name), SEALED(secret))
//
// The exact spelling of the macro is store/'s; what it must give: a type name, one string key, the
// fields by name, any number of indexes over string and integer fields, and fields that are sealed at
// rest with the workspace's key. The codec reads a missing optional as none, refuses a missing
// required field as `store_corrupt`, and keeps unknown members so that a newer node's fields survive
// being rewritten by an older one (member `std::string unknown`, if the struct has it).
#pragma once
