// TextEncoder, TextDecoder, atob, btoa.
same([...new TextEncoder().encode('é😀')], [195, 169, 240, 159, 152, 128]);
same(new TextDecoder().decode(new Uint8Array([195, 169, 255])), 'é\ufffd');
throws(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])), TypeError);
same([btoa('a\xff'), atob('Yf8='), atob(' Y Q ')], ['Yf8=', 'a\xff', 'a']);
throws(() => btoa('€'), DOMException);
throws(() => atob('a'), DOMException);
const into = new Uint8Array(3);
same(new TextEncoder().encodeInto('é€', into), { read: 1, written: 2 });
