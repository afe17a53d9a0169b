// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace fxe {

// Exact statements about the probability p of an event seen `events` times in n independent draws (Clopper
// and Pearson, Biometrika 26:404, 1934; one-sided).

// P(X <= events), X binomial(n, p): the p-value of "the probability is p or more". 0 <= events <= n.
double binomial_tail(int64_t events, int64_t n, double p);

// The p whose tail is `delta`: the true probability exceeds it with probability at most `delta`. 1 if all n
// are events. 0 of 400 at delta 0.1: 1 - 0.1^(1/400) = 0.574 %.
double binomial_upper_bound(int64_t events, int64_t n, double delta);

// The fewest images, none of them an event, that can show p <= limit: ln(delta) / ln(1 - limit), rounded up.
// 0.001 at delta 0.1: 2302. `limit` and `delta` in (0, 1).
int64_t images_needed_without_events(double limit, double delta);

}  // namespace fxe
