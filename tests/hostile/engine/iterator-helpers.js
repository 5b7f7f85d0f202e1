// Iterator helpers over something that lies.
// expect: program_error TypeError | completed 0
return Iterator.from({ next: () => 5 }).map((x) => x).take(3).toArray().length;
