// An exec that always finds an empty match.
// expect: completed "" | cpu_limit | memory_limit
// cpu: 50
// memory: 16
RegExp.prototype.exec = function () {
  return Object.assign([''], { index: 0 });
};
return 'x'.replace(/x/g, '');
