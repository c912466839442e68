// SPDX-License-Identifier: BSD-2-Clause
//
// A function that remembers its last answer, for as long as it is asked the same.

export function kept<A extends unknown[], R>(make: (...args: A) => R): (...args: A) => R {
  let before: A | undefined;
  let answer: R;
  return (...args) => {
    if (!before || args.some((arg, i) => arg !== before![i])) {
      answer = make(...args);
      before = args;
    }
    return answer;
  };
}
