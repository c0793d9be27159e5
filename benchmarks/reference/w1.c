/* Workload W1 by hand.

   Random numbers are Philox4x32-10, keyed as the engine keys them: counter (birth, stratum key, block, draw).
   A birth has these words:

       block 0   clocks 0 and 1 (the 16 high bits of each) | clocks 2 and 3 | decile | gestation
       block 1   age | obesity | poverty | smoking
       block 2   the low 16 bits of the clocks, wanted only where the high ones leave the matter open

   A level is how many 32-bit thresholds do not exceed the word; a clock with a small word rings early. All arms
   share a birth's words, and what an arm does not change is not worked out again. */

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 1024, CAUSES = 4, BANDS = 3, MOST_ARMS = 32 };

typedef struct {
    uint64_t seed;
    uint32_t key, draw, arms;
    const uint8_t *decile_guide;   /* [256] the least level in this stretch of the word */
    const uint32_t *decile;        /* [10] the threshold above each level */
    const uint8_t *age_guide;      /* [10][256] */
    const uint32_t *age;           /* [10][6] */
    const uint32_t *obesity;       /* [10][2] */
    const uint32_t *poverty;       /* [arms][10] */
    const uint32_t *smoking;       /* [arms][10][6][2] */
    const uint32_t *gestation;     /* [6][2][2][3][4] */
    const uint32_t *limit;         /* [profiles][CAUSES] the greatest word with which a clock rings within the year */
    const uint16_t *high_limit;    /* [profiles][CAUSES] its high half */
    const double *hazard;          /* [profiles][CAUSES][BANDS] */
    const double *edges;           /* [BANDS + 1] days */
    const uint32_t *step_edge;     /* [3] of the gestation word */
    const uint32_t (*step_limit)[2]; /* [4] the greatest `high_limit` over all else and all arms, as clocks lie */
} tables;

typedef uint32_t words[4][BLOCK];

#define BIRTH(w, i) {(w)[0][i], (w)[1][i], (w)[2][i], (w)[3][i]}

/* Words stand in 64-bit lanes whose high halves are left dirty, so that a round is two plain multiplications. */
#define ALWAYS static inline __attribute__((always_inline))

ALWAYS void philox(uint64_t c[4], uint64_t seed) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = 0xD2511F53ull * (uint32_t)c[0], p2 = 0xCD9E8D57ull * (uint32_t)c[2];
        c[0] = (p2 >> 32) ^ c[1] ^ k0;
        c[1] = p2;
        c[2] = (p0 >> 32) ^ c[3] ^ k1;
        c[3] = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/* A function of its own, so that it vectorises whatever stands around the call. */
static __attribute__((noinline)) void fill(const tables *t, uint32_t first, uint32_t n, uint32_t number,
                                           uint32_t (*restrict w)[BLOCK]) {
    const uint64_t key = t->key, draw = t->draw, seed = t->seed;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t c[4] = {first + i, key, number, draw};
        philox(c, seed);
        w[0][i] = (uint32_t)c[0];
        w[1][i] = (uint32_t)c[1];
        w[2][i] = (uint32_t)c[2];
        w[3][i] = (uint32_t)c[3];
    }
}

ALWAYS uint32_t level(uint32_t word, const uint32_t *threshold, int n) {
    uint32_t reached = 0;
    for (int j = 0; j < n; j++) reached += word >= threshold[j];
    return reached;
}

/* The profile of a birth in every arm, from its blocks 0 and 1; gives its decile. */
ALWAYS uint32_t profiles(const tables *t, const uint32_t w0[4], const uint32_t w1[4], uint32_t *profile) {
    uint32_t d = t->decile_guide[w0[2] >> 24];
    d += w0[2] >= t->decile[d];
    uint32_t a = t->age_guide[256 * d + (w1[0] >> 24)];
    a += w1[0] >= t->age[6 * d + a];
    const uint32_t o = level(w1[1], t->obesity + 2 * d, 2);
    uint32_t before = 4; /* poverty and smoking of the arm before */
    for (uint32_t arm = 0; arm < t->arms; arm++) {
        const uint32_t v = w1[2] >= t->poverty[10 * arm + d];
        const uint32_t s = w1[3] >= t->smoking[120 * arm + 12 * d + 2 * a + v];
        const uint32_t now = 2 * v + s;
        if (now == before) {
            profile[arm] = profile[arm - 1];
            continue;
        }
        before = now;
        const uint32_t g = level(w0[3], t->gestation + 4 * (12 * a + 3 * now + o), 4);
        profile[arm] = 5 * (72 * d + 12 * a + 3 * now + o) + g;
    }
    return d;
}

/* Whether some clock may ring, by its high half. */
ALWAYS int may_die(const uint16_t *limit, uint32_t w0, uint32_t w1) {
    return ((w0 >> 16) <= limit[0]) | ((w0 & 0xFFFF) <= limit[1]) | ((w1 >> 16) <= limit[2]) |
           ((w1 & 0xFFFF) <= limit[3]);
}

/* Which cause and band a birth of this profile dies of, as BANDS * cause + band; -1 where it lives.
   The earliest clock within the year is the death; hazards are constant within a band. */
ALWAYS int death(const tables *t, const uint32_t clock[CAUSES], uint32_t profile) {
    double earliest = INFINITY;
    int cell = -1;
    for (int c = 0; c < CAUSES; c++) {
        if (clock[c] > t->limit[CAUSES * profile + c]) continue;
        const double *hazard = t->hazard + (CAUSES * profile + c) * BANDS;
        const double needed = -log1p(-(clock[c] + 0.5) * 0x1p-32);
        double reached = 0;
        for (int b = 0; b < BANDS; b++) {
            if (needed < reached + hazard[b]) {
                const double day = t->edges[b] + (needed - reached) / hazard[b] * (t->edges[b + 1] - t->edges[b]);
                if (day < earliest) earliest = day, cell = BANDS * c + b;
                break;
            }
            reached += hazard[b];
        }
    }
    return cell;
}

/* The clocks of a birth that may die in some arm: rare, so out of the way of the others. */
static __attribute__((noinline)) void run_clocks(const tables *t, uint32_t birth, uint32_t w0, uint32_t w1,
                                                 const uint32_t *profile, uint32_t d, int64_t *deaths) {
    uint64_t low[4] = {birth, t->key, 2, t->draw};
    philox(low, t->seed);
    const uint32_t l0 = (uint32_t)low[0], l1 = (uint32_t)low[1];
    const uint32_t clock[CAUSES] = {(w0 & 0xFFFF0000u) | (l0 >> 16), (w0 << 16) | (l0 & 0xFFFF),
                                    (w1 & 0xFFFF0000u) | (l1 >> 16), (w1 << 16) | (l1 & 0xFFFF)};
    int cell = -1;
    for (uint32_t arm = 0; arm < t->arms; arm++) {
        if (arm == 0 || profile[arm] != profile[arm - 1]) cell = death(t, clock, profile[arm]);
        if (cell >= 0) deaths[(10 * arm + d) * (CAUSES * BANDS) + cell]++;
    }
}

ALWAYS void add_deaths(const tables *t, const uint32_t w0[4], const uint32_t w1[4], uint32_t birth, int64_t *deaths) {
    uint32_t profile[MOST_ARMS];
    const uint32_t d = profiles(t, w0, w1, profile);
    int may = 0;
    for (uint32_t arm = 0; arm < t->arms; arm++)
        may |= may_die(t->high_limit + CAUSES * profile[arm], w0[0], w0[1]);
    if (may) run_clocks(t, birth, w0[0], w0[1], profile, d, deaths);
}

/* Every birth worked out in full, and counted by profile: counts[arm][profile]. */
void w1_profiles(const tables *t, uint32_t first, uint32_t last, int64_t *counts) {
    words w0, w1;
    uint32_t profile[MOST_ARMS];
    for (uint32_t start = first; start < last; start += BLOCK) {
        const uint32_t n = last - start < BLOCK ? last - start : BLOCK;
        fill(t, start, n, 0, w0);
        fill(t, start, n, 1, w1);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t a[4] = BIRTH(w0, i), b[4] = BIRTH(w1, i);
            profiles(t, a, b, profile);
            for (uint32_t arm = 0; arm < t->arms; arm++) counts[3600 * arm + profile[arm]]++;
        }
    }
}

/* Birth by birth: every birth worked out in full, its clocks run: deaths[arm][decile][cause][band]. */
void w1_deaths_in_full(const tables *t, uint32_t first, uint32_t last, int64_t *deaths) {
    for (uint32_t birth = first; birth < last; birth++) {
        uint64_t a[4] = {birth, t->key, 0, t->draw}, b[4] = {birth, t->key, 1, t->draw};
        philox(a, t->seed);
        philox(b, t->seed);
        const uint32_t w0[4] = {(uint32_t)a[0], (uint32_t)a[1], (uint32_t)a[2], (uint32_t)a[3]};
        const uint32_t w1[4] = {(uint32_t)b[0], (uint32_t)b[1], (uint32_t)b[2], (uint32_t)b[3]};
        add_deaths(t, w0, w1, birth, deaths);
    }
}

/* The same deaths, the random numbers of a block of births drawn ahead, which vectorises. */
void w1_deaths_in_blocks(const tables *t, uint32_t first, uint32_t last, int64_t *deaths) {
    words w0, w1;
    for (uint32_t start = first; start < last; start += BLOCK) {
        const uint32_t n = last - start < BLOCK ? last - start : BLOCK;
        fill(t, start, n, 0, w0);
        fill(t, start, n, 1, w1);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t a[4] = BIRTH(w0, i), b[4] = BIRTH(w1, i);
            add_deaths(t, a, b, start + i, deaths);
        }
    }
}

/* Births with a clock under the bound for their stretch of the gestation word: two bytes a birth, not both zero.
   Clocks are compared as they lie, two halves in a word, with limits laid out alike. */
static __attribute__((noinline)) void screen(const tables *t, uint32_t n, words w, uint8_t *restrict passes) {
    typedef uint16_t half __attribute__((may_alias));
    uint32_t bound0[BLOCK], bound1[BLOCK];
    const uint32_t e0 = t->step_edge[0], e1 = t->step_edge[1], e2 = t->step_edge[2];
    const uint32_t(*m)[2] = t->step_limit;
    const uint32_t a0 = m[0][0], a1 = m[1][0], a2 = m[2][0], a3 = m[3][0];
    const uint32_t b0 = m[0][1], b1 = m[1][1], b2 = m[2][1], b3 = m[3][1];
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t g = w[3][i];
        uint32_t a = g < e2 ? a2 : a3, b = g < e2 ? b2 : b3;
        a = g < e1 ? a1 : a, b = g < e1 ? b1 : b;
        bound0[i] = g < e0 ? a0 : a, bound1[i] = g < e0 ? b0 : b;
    }
    const half *clock0 = (half *)w[0], *clock1 = (half *)w[1];
    const half *limit0 = (half *)bound0, *limit1 = (half *)bound1;
    for (uint32_t j = 0; j < 2 * n; j++) passes[j] = (clock0[j] <= limit0[j]) | (clock1[j] <= limit1[j]);
}

/* The same deaths, birth for birth, of the few births that can die. Gives how many those were. */
int64_t w1_deaths_thinned(const tables *t, uint32_t first, uint32_t last, int64_t *deaths) {
    words w0;
    uint8_t passes[2 * BLOCK] = {0};
    int64_t passed = 0;
    for (uint32_t start = first; start < last; start += BLOCK) {
        const uint32_t n = last - start < BLOCK ? last - start : BLOCK;
        fill(t, start, n, 0, w0);
        screen(t, n, w0, passes);
        for (uint32_t four = 0; four < n; four += 4) {
            uint64_t any;
            memcpy(&any, passes + 2 * four, 8);
            if (!any) continue;
            for (uint32_t i = four; i < four + 4 && i < n; i++) {
                if (!(passes[2 * i] | passes[2 * i + 1])) continue;
                passed++;
                uint64_t c[4] = {start + i, t->key, 1, t->draw};
                philox(c, t->seed);
                const uint32_t a[4] = BIRTH(w0, i);
                const uint32_t b[4] = {(uint32_t)c[0], (uint32_t)c[1], (uint32_t)c[2], (uint32_t)c[3]};
                add_deaths(t, a, b, start + i, deaths);
            }
        }
    }
    return passed;
}

/* The random numbers alone: `blocks` Philox blocks a birth. Something must hang on them, or they are left out. */
uint32_t w1_words(const tables *t, uint32_t first, uint32_t last, uint32_t blocks) {
    words w;
    uint32_t mixed = 0;
    for (uint32_t start = first; start < last; start += BLOCK) {
        const uint32_t n = last - start < BLOCK ? last - start : BLOCK;
        for (uint32_t number = 0; number < blocks; number++) {
            fill(t, start, n, number, w);
            mixed ^= w[0][0] ^ w[1][n / 2] ^ w[2][n - 1] ^ w[3][0];
        }
    }
    return mixed;
}

/* The words of a block of at most BLOCK births, to compare with another generator's: out[4][BLOCK]. */
void w1_fill(const tables *t, uint32_t first, uint32_t n, uint32_t number, uint32_t (*out)[BLOCK]) {
    fill(t, first, n, number, out);
}
