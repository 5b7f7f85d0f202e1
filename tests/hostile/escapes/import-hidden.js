// SES: imports behind comments and spreads.
// expect: completed 3
let refused = 0;
for (const code of ["import/**/('fs')", "[...import('fs')]", "({...import('fs')}, import('fs'))"]) {
  try {
    await eval(code);
  } catch {
    refused++;
  }
}
return refused;
