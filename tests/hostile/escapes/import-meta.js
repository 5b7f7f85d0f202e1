// import.meta outside of a module.
// expect: syntax_error
return import.meta.url;
