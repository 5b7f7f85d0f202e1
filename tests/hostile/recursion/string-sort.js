// A comparator that sorts what is being sorted.
// expect: stack_overflow
const a = [3, 1, 2];
const sort = () => a.sort(sort);
return sort();
