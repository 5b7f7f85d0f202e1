// What planning the jail asks of the kernel, behind an interface.
//
// The plan has a fallback for each thing a kernel, a container runtime or a user may be forbidden.
// No machine forbids all of them in turn, so the decisions (jail-plan.cc) are separated from the
// probing (jail-kernel.cc), and a test plays the kernel. Each question is answered by trying it in
// a child, since most of these steps cannot be undone.
#pragma once

#include <memory>

#include "sandbox/jail.h"

namespace executor::sandbox {

class JailKernel {
 public:
  virtual ~JailKernel() = default;

  virtual unsigned effectiveUser() = 0;
  virtual unsigned effectiveGroup() = 0;
  // Whether an ordinary user may make all namespaces here: then root has no reason to stay root.
  virtual bool nobodyMaySandbox() = 0;
  // Whether a child of this process could become nobody: what remains for a root that must stay.
  virtual bool childMayBecomeNobody() = 0;
  // Makes this process nobody for good; not dumpable afterwards. False: it is as it was before.
  virtual bool becomeNobody() = 0;
  // 0, or the errno of cloning a child with these CLONE_NEW* flags.
  virtual int tryNamespaces(unsigned long flags) = 0;
  // Landlock's ABI version, or the negated errno.
  virtual long landlockAbi() = 0;
  // Enters the whole jail in a child. Null, or the name of the part that failed; "start" if the
  // child died or could not be made.
  virtual const char* rehearse(const JailPlan& plan) = 0;
};

// The kernel below this process. Single-threaded process only.
std::unique_ptr<JailKernel> realJailKernel();

// Decides what the jail consists of. sandbox_unavailable when even the parts without a fallback
// cannot be had: without seccomp there is no second wall.
Result<JailPlan> planJailOn(JailKernel& kernel);
JailPlan planWithoutJailOn(JailKernel& kernel);

}  // namespace executor::sandbox
