"""Every number that a decision of a sweep rests on, with its reason."""

# How the budget is spent.
CAP_SHARE = 0.07
"""Of the budget: what one run with its set-up may be predicted to cost. The largest size is then run several times, and the sizes
below it, which cost a half, a quarter ... together as often."""
MEMORY_SHARE = 0.25
"""Of the budget for traced runs: peaks hardly vary, so each size needs one."""
TRACED_CAP_SHARE = 0.15
"""Of the budget: what one traced run may be predicted to cost. Tracing slows plain Python up to 30 times."""
TRACED_TWICE_S = 0.02
"""Seconds: quicker traced runs are done twice, because the first one at a size may fill a cache."""
WALL_FACTOR = 1.7
"""Where other processes take the processor, or the cell waits, a budget of CPU time may take so much longer by the clock."""
MEMORY_FRACTION = 0.5
"""Of the memory that is left: what a run may be predicted to need."""
VISIT_S = 0.003
"""Short runs are repeated for so long at each visit of their size ..."""
VISIT_RUNS = 6
"""... but so many stretches are enough for one visit: the next round comes at another moment."""
STRETCH_S = 0.0002
"""Runs that need no set-up are timed in a row for at least so long: the clock then counts for less than 1 %."""
STRETCH_RUNS = 2000
"""At most so many in a row."""
MOST_ROUNDS = 25
"""More would not change the medians."""
ENOUGH_POINTS = 10
"""With fewer sizes that cost grows over, sizes in between are added."""
STEEP = 4.5
"""A local power above which, if it also grows, the cost is taken for exponential and sizes go up in equal steps."""
STEEP_S = 50e-6
"""Seconds: below, one disturbed run looks like growth."""
FAR_BYTES, FAR_GROWTH = 48 * 2**20, 100.0
"""Without a range: sizes end where a run works on more than the first, twice what common last-level caches hold, if its time has
grown by the second factor. Beyond, main memory and page faults tell more than the code does."""
FAR_GROWTH_SEVERAL = 20.0
"""The same with several sizes, which reach less far each; there ranges end early too, or most points would lie beyond."""
SURE_RUNS = 4
"""So many runs at a size before its time decides that the next size is too costly: one alone may have been disturbed."""
FIRST_FAILURES = 64
"""Without a range: a cell that raises at sizes up to this one is tried at larger ones."""
MEMORY_FLOOR = 32 * 2**20
"""Bytes. A prediction from less would rest on what the allocator keeps for later, not on the cell."""

# How a class is fitted.
PASSES = 4
"""Of weighting points by how far off they are: the weights hardly change any more."""
BEST_SCALE = 0.5
"""A fit that misses the points by less than this, times the noise, is not rewarded for it any more."""
FAR = 2.5
"""Residuals of so many times the typical one count half."""
FAULTS = 30
"""So many page faults of a run, at some size, and their cost is told apart."""
KNEE_POINTS = 3
"""A knee has at least so many points on both sides: fewer could be chance."""
KNEE_COST = 1.0
"""Parameters that a knee costs beside its coefficient: its place was chosen by the data."""
KNEE_BELOW_TOP = 2.5
"""A knee is at most the largest size over this: nearer, it could be growth of any kind."""
KNEE_SLOWER, KNEE_MIDDLE, KNEE_SMALL = 8.0, 2.5, 1.3
"""Out of the caches a unit costs at most so many times what it costs inside: where a run works on more than LARGE_CACHE bytes,
on less, and on less than SMALL_CACHE."""
LARGE_CACHE, SMALL_CACHE = 500_000, 32_000
"""Bytes: level 2 caches begin at 512 KiB on today's processors, level 1 caches hold 32 KiB or more, shared with what else runs."""
KNEE_FASTER = 2.0
"""A faster routine that takes over for large inputs is at most so much faster."""
LEAST_BASE, MOST_BASE = 1.1, 6.0
"""Bases of exponential growth that are tried."""

# What chance may do.
TIME_FLOOR = 0.02
"""Relative. How far the time of the same work differs from size to size on a quiet machine, where nothing else explains it:
placement in memory, frequency of the processor."""
FEW = 0.15
"""Relative, over the square of the number of runs: a single run after another size is up to so far off."""
ROW_JITTER_S = 10e-9
"""Seconds, of a run that is timed in a row with others."""
ALONE_JITTER_S = 50e-9
"""Seconds, of a run that is timed alone: the clock."""
COLD_SHARE, COLD_JITTER_S = 0.01, 0.6e-6
"""... and the caches that its set-up has emptied: a share of the set-up's time, at most so much."""
MEMORY_NOISE = 80.0
"""Bytes: cached small integers, frames and free lists."""
MEMORY_WINDOW = 64.0
"""Memory is fitted to sizes down to the largest over this: below, fixed costs and the first steps of tables rule ..."""
MEMORY_POINTS = 5
"""... but to at least so many sizes."""
FLAT_BYTES = 600.0
"""A peak that varies by less does not grow: integers get longer, caches fill ..."""
FLAT_RATIO = 1.25
"""... nor does one that varies by less than this factor over the sizes that are fitted ..."""
POINTER_BYTES, FLAT_TIMES = 8.0, 4.0
"""... if a list of n pointers would have varied by so many times as much: over small sizes everything is flat."""
FLAT_POINTS = 6
"""With so many sizes, one peak may be odd: something of the interpreter's own was allocated in that run."""
MEMORY_PRIOR = {"log n": 6.0, "sqrt n": 6.0, "n log n": 10.0, "n^2 log n": 10.0}
"""Added to scores: memory is taken in whole containers, and tables that grow in steps look like logarithms."""
LEAST_BYTES = {"log n": 16.0, "sqrt n": 4.0}
LEAST_BYTES_ELSE = 0.9
"""Bytes for each unit: nothing that holds n things takes less."""
MEMORY_FLOOR_RELATIVE = 0.03
"""Relative: tables grow in steps."""
WAITING = 3.0
"""Wall clock over CPU time above which a cell is said to wait: two busy processes on one processor make 2."""
SCHEDULING_S = 0.03
"""Seconds that another process may hold the processor in the middle of a run."""
WAITING_S = 1e-4
"""Seconds that may pass besides, without being called waiting."""

# How likely a class is. Scores are -2 log likelihood, and what the parameters cost.
STEP_SMALL, STEP_MIDDLE, STEP_LARGE = 0.04, 0.06, 0.3
"""Relative, for a doubling of the size: how far the cost of a unit usually drifts while a run works in a level 1 cache, in a
level 2 cache, beyond. Python itself drifts in small caches too: integers up to 256 are ready made, longer ones take more digits."""
COLD_STEP_S = 1e-6
"""Seconds, besides, of a run that is timed alone after a set-up that fills the caches: some misses of each."""
UNIT_BYTES = 32.0
"""For each unit, where memory was not measured: what a run works on is at least of that order."""
TAIL = 5.0
"""Degrees of freedom of Student's t: one drift, or one time, of five times the usual is no miracle."""
TURNS = 6
"""Of weighting drifts and times by how far off they are."""
FARTHEST = 20.0
"""A curve may miss a time by this factor; farther off it is no worse."""
PARAMETER = 0.8
"""What a parameter costs, times log(points): 1 would be BIC, which is for points that are independent."""
LOG_PRIOR = 3.0
"""Added to the score of n log n and n^2 log n: a logarithm more is rarer than none, and caches that slow the larger sizes down look
like one."""
SQRT_PRIOR = 3.0
"""Added to that of sqrt n: rare too, and what set-up leaves in the caches looks like it."""
POWERS = {"n^1.5": 1.5, "n^1.6": 1.585, "n^2.5": 2.5, "n^3.5": 3.5, "n^4": 4.0, "n^5": 5.0}
"""Powers that algorithms have (1.585 is log2 3, of Karatsuba's product) ..."""
POWER_PRIOR = 14.0
"""... and what is added to their scores: they are rare, and sorting out of the caches looks like n^1.5."""
BASES = 24
"""Bases of exponential growth that are tried."""
USUAL_FAULT_S, FAULTS_COUNT = 0.3e-6, 0.03
"""Seconds of a page fault at least; where faults take this share of some time, their cost is told apart."""
LEAST_UNIT_S = 2e-12
"""Seconds of one unit of any class: a processor does at most some hundred of the simplest operations in a nanosecond, so that
less is no growth of the code but caches that slow the largest sizes down."""
SHARE = {"1": 0.0, "log n": 0.25, "sqrt n": 0.3}
SHARE_LOWER = 0.65
SHARE_THIRD = 0.4
SHARE_LOG = 0.8
SHARE_ELSE = 0.4
"""A class's own term makes up so much of the largest cost, or the class is not what rules there: less for slow growth, which
fixed costs hide longer; with a slower term beside it SHARE_LOWER, and SHARE_THIRD at a third of the size. n log n beside n with
less than SHARE_LOG could as well be n alone: it never gets 90 %."""

# How it is decided.
GAP = 3.0
"""A class of time whose score is within this of the best remains a candidate."""
GAP_BYTES = 6.0
"""The same of memory."""
LOG_GROWS = 2.0
"""A logarithm over less growth than this factor might be longer integers or colder caches."""
TEMPER = 0.6
"""Scores count this much in weights: the points are not quite independent of each other."""
QUIET = 0.03
"""Noise of a machine with nothing else to do."""
DOUBT_NOISE = 2.0
"""Confidence is divided by 1 + this * noise above QUIET: 10 % of noise take off 12 %."""
DOUBT_BUSY, MOST_BUSY = 0.15, 2.0
"""... and by 1 + the first * how busy other processes kept the processor (1: half of the time, counted up to the second), which
also widens GAP: what they do to the caches differs from size to size, and does not show in the spread of the runs."""
BUSY_FROM_S = 1e-3
"""Seconds of CPU time of the runs that tell how busy: shorter ones are seldom interrupted."""
SAID_BUSY = 0.2
"""From here on the answer says so."""
DOUBT_MISFIT = 0.15
"""... and of memory by 1 + this * how many times the noise the misfit is, above 1."""
UNDECIDED = 0.85
"""Confidence at most, while there is another candidate."""
EXPONENTIAL_POINTS, EXPONENTIAL_SHARE = 4, 0.2
"""Exponential growth makes up this share of the cost at so many sizes at least: fewer are outliers."""
MISFIT_BYTES = 8.0
"""A best class of memory that misses the points by so many times the noise is not decided."""
LEAST_RANGE = 6.0
"""Nothing but exponential growth is decided on sizes that differ by less than this factor."""
LEAST_POINTS = 5
"""Nothing is decided on fewer sizes."""
LEAST_EXPONENT, MOST_EXPONENT = 0.0, 6.0
"""Exponents that are tried."""
RULES = 0.8
"""A class with at least this share of the largest cost needs no slower term beside it for its exponent."""

# What is shown.
BEYOND = 128.0
"""The curve goes on to so many times the largest measured size ..."""
BEYOND_STEPS = 20.0
"""... and of exponential growth so many steps further."""
MOST_DRAWN = 1e30
"""Curves are cut there: JSON has no infinity."""
KNEE_SHOWN = 1.25
"""A change of the cost of a unit by this factor is worth a sentence."""
NOISY = 0.08
"""Noise that is worth one."""
EXPONENT_AGREES = 0.15
"""With several sizes, a predicted exponent this close to the measured one agrees with it."""

# Several sizes.
FEW_VALUES = 7
"""An axis with fewer doublings gets sizes between them too."""
STAR_STEPS = 5
"""How many times each size is halved from the largest point."""
MOST_GRID = 36
"""Points around the largest one."""
CHEAPEST = 4
"""Small points that are timed as often as the others: they tell the fixed cost."""
FAR_BELOW = 500.0
"""Points this many times quicker than the largest say little about its term."""
JOINT_POINTS, JOINT_RANGE = 8, 30.0
"""With so many points inside the caches whose costs differ by this factor, those beyond do not count in the joint fit."""
FIXED_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97)
"""Of the least cost: fixed costs that the joint fit tries."""
LEAST_REST, LOST = 0.05, 4.0
"""A point counts if this share of its cost is left without fixed cost and faults; what each that does not adds to the score."""
SLOWER_SHARES, SLOWER_COSTS = (0.1, 0.2, 0.3, 0.45), 4.0
"""Shares of the largest cost that a slower product beside the one that rules may have, and what one adds to the score."""
WHOLE_WITHIN = 0.15
"""Exponents of code are whole numbers, but for few: a measured one is drawn to the next by a normal prior of this width. It counts
where the data are vague, and hardly where they are sharp."""
EXPONENT_WIDTH = 0.2
"""An exponent is decided if its interval reaches no further than this to either side."""
ROUND_POWER = 0.15
"""An exponent is written as a whole or half number that is at most this far."""
FAULT_S = (0.0, 0.25e-6, 0.5e-6, 1e-6)
"""What a page fault may cost, seconds: the joint fit tries these."""
GROWS = 1.3
"""A cost that differs by less over all points does not grow."""
