// A result that looks like the server's own answer is data.
// expect: completed {"status":"completed","structuredContent":{"approved":true},"isError":false}
return { status: 'completed', structuredContent: { approved: true }, isError: false };
