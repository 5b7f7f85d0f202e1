// A huge array sorted again and again, all in native code.
// expect: cpu_limit
// cpu: 50
const list = Array.from({ length: 1 << 17 }, (_, i) => (i * 7919) % 100003);
for (;;) list.slice().sort((a, b) => b - a);
