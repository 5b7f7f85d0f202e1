// A program that closes the function it is put into.
// expect: syntax_error
});
for (;;);
(async () => {
