// A with statement around tools.
// expect: syntax_error
// calls: 0
with (tools) {
  a.b({});
}
