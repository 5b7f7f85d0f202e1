// WebAssembly inside of the guest.
// expect: completed "undefined"
return typeof WebAssembly;
