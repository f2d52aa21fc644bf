// What the loops of pair_loop.c share: vectors of pairs, what dropout drops, and what a jet and a channel add to a pair.

#ifndef PAIR_LOOP_H
#define PAIR_LOOP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 16, WEIGHTS = 6, SUMS = 6 };
typedef float Floats __attribute__((vector_size(64), aligned(4)));
typedef int32_t Ints __attribute__((vector_size(64), aligned(4)));
typedef uint32_t Bits __attribute__((vector_size(64), aligned(4)));
static const float EMPTY = -1e30f; // stands for minus infinity: ReLU makes pairs with an empty slot exactly zero
static const uint32_t STEP = 0x9e3779b9u;

typedef struct {
    const float *products; // d_ij of all jets, one after the other
    const int64_t *offset; // [jets] where those of a jet begin
    const int64_t *slots;  // [jets] n, the beams included
    int64_t jets, channels;
    const double *affine;  // x = affine[0] d + affine[1]
    const float *weight;   // [jets][channels][WEIGHTS], of the six aggregators, all factors of the jet included
    const float *bias;     // [2][channels], of all pairs and of the diagonal
    uint64_t seed;
    double dropout;
    float *scratch;        // its size is in compiled.py
} Batch;

static int64_t padded(int64_t n) { return (n + LANES - 1) / LANES * LANES; }

static uint32_t key_of(uint64_t seed, uint64_t jet, uint64_t layer) { // splitmix64
    uint64_t x = seed + 0x9e3779b97f4a7c15u * (jet * 1024 + layer + 1);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)(x ^ (x >> 31));
}

static uint32_t pair_of(int64_t i, int64_t j) { return ((uint32_t)i * 1024 + (uint32_t)j) * STEP; }

// Random bits of 16 pairs (lowbias32), from which those of all channels are made.
static inline Bits random_of(Bits x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

// Of 16 pairs: all bits where dropout keeps the entry, none where it drops it.
static inline Ints kept_of(Bits random, Bits key, uint32_t threshold) {
    random = (random ^ key) * 0x7feb352du;
    return (Ints)((random ^ (random >> 15)) * 0x846ca68bu >= threshold);
}

static inline Floats only(Floats x, Ints where) { return (Floats)((Ints)x & where); }

static inline float sum_of(Floats x) {
    float sum = 0;
    for (int k = 0; k < LANES; k++)
        sum += x[k];
    return sum;
}

static inline int32_t count_of(Ints x) { // entries with all bits
    int32_t sum = 0;
    for (int k = 0; k < LANES; k++)
        sum -= x[k];
    return sum;
}

static inline Bits sequence(uint32_t first, uint32_t step) {
    Bits x;
    for (int k = 0; k < LANES; k++)
        x[k] = first + (uint32_t)k * step;
    return x;
}

static uint32_t threshold_of(double dropout) { return (uint32_t)(dropout * 4294967296.0); }

// What of a jet all channels share.
typedef struct {
    int64_t n, m;
    uint32_t threshold;
    float *x, *diagonal, *column, *room; // dropout(affine(d)) [n][m], its diagonal [m], its column sums [m]
    uint32_t *random, *random_on;        // [n][m] and, on the diagonal, [m]
    double total;
} Jet;

static Jet jet_of(const Batch *a, int64_t b) {
    const int64_t n = a->slots[b], m = padded(n);
    Jet t = {n, m, threshold_of(a->dropout), a->scratch, NULL, NULL, NULL, NULL, NULL, 0};
    t.diagonal = t.x + n * m, t.column = t.diagonal + m;
    t.random = (uint32_t *)(t.column + m), t.random_on = t.random + n * m, t.room = (float *)(t.random_on + m);
    const float kept = (float)(1 / (1 - a->dropout));
    const float scale = (float)a->affine[0] * kept, shift = (float)a->affine[1] * kept;
    const Bits of_jet = sequence(0, 0) + key_of(a->seed, b, 0), key = sequence(0, 0) + key_of(a->seed, b, 1);
    const float *d = a->products + a->offset[b];
    memset(t.diagonal, 0, 2 * m * sizeof(float));
    for (int64_t j = 0; j < m; j += LANES) {
        const Ints real = (Ints)sequence((uint32_t)j, 1) < (int32_t)n;
        Floats sum = {0};
        for (int64_t i = 0; i < n; i++) {
            Floats x = only(scale * *(const Floats *)(d + i * m + j) + shift, real);
            if (t.threshold) {
                const Bits random = random_of((sequence(0, STEP) + pair_of(i, j)) ^ of_jet);
                *(Bits *)(t.random + i * m + j) = random;
                x = only(x, kept_of(random, key, t.threshold));
            }
            *(Floats *)(t.x + i * m + j) = x;
            sum += x;
        }
        *(Floats *)(t.column + j) = sum;
    }
    for (int64_t k = 0; k < n; k++)
        t.diagonal[k] = t.x[k * m + k], t.random_on[k] = t.random[k * m + k], t.total += t.column[k];
    return t;
}

// What of a jet and a channel adds to w_0 x_ij.
typedef struct {
    const float *w;
    uint32_t key;
    float *left, *right, *on; // [m] of i, of j, and of i = j beside
} Channel;

static Channel channel_of(const Batch *a, int64_t b, int64_t c, const Jet *t) {
    const float *w = a->weight + (b * a->channels + c) * WEIGHTS;
    Channel h = {w, key_of(a->seed, b, c + 2), t->room, t->room + t->m, t->room + 2 * t->m};
    const float all = (float)(w[4] * t->total) + a->bias[c], on = (float)(w[5] * t->total) + a->bias[a->channels + c];
    for (int64_t k = 0; k < t->m; k++) {
        h.left[k] = w[3] * t->column[k] + all;
        h.right[k] = k < t->n ? w[2] * t->column[k] : EMPTY;
        h.on[k] = w[1] * t->column[k] + on;
    }
    return h;
}

static inline Floats relu(Floats y) { return only(y, y > 0); }

#endif
