// A URL whose host hides a port and a path.
// expect: program_error TypeError | completed true
return !new URL('http://a.b:80\\@c.d/').host.includes('c.d');
