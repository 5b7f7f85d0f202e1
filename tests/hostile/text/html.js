// Text that is a page elsewhere.
// expect: completed "</script><script>alert(1)</script>"
return '</script><script>alert(1)</script>';
