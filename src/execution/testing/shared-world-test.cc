// The world of invocation's tests, compiled once more for this layer's test binary.
#include "invocation/testing/world-test.cc"  // NOLINT(bugprone-suspicious-include)
