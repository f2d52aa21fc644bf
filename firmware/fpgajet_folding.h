// Folding over time: the columns of [rows, columns] that a block takes in one phase, see fpgajet/ops/folding.py.
//
// An operator that folds has a function for one phase and a second one that makes of it a block of its own with an
// interval of 1. With a reuse factor of 1 the first is inlined; above, the second is called once a phase, and
// ALLOCATION allows one instance of it.

#ifndef FPGAJET_FOLDING_H_
#define FPGAJET_FOLDING_H_

namespace nnet {

template <unsigned COLUMNS, unsigned REUSE_FACTOR> struct folding {
    static const unsigned at_once = (COLUMNS + REUSE_FACTOR - 1) / REUSE_FACTOR;
    static const unsigned phases = (COLUMNS + at_once - 1) / at_once;
};

// Copy the columns of one phase, FEATURES values each, out of [ROWS, COLUMNS, FEATURES]; columns beyond the last are 0.
template <class T, unsigned ROWS, unsigned COLUMNS, unsigned FEATURES, unsigned AT_ONCE>
void gather_columns(T all[ROWS * COLUMNS * FEATURES], T now[ROWS * AT_ONCE * FEATURES], unsigned phase) {
    #pragma HLS INLINE
    for (unsigned r = 0; r < ROWS; r++) {
        #pragma HLS UNROLL
        for (unsigned c = 0; c < AT_ONCE; c++) {
            #pragma HLS UNROLL
            for (unsigned f = 0; f < FEATURES; f++) {
                #pragma HLS UNROLL
                const unsigned column = phase * AT_ONCE + c;
                now[(r * AT_ONCE + c) * FEATURES + f] = (column < COLUMNS) ? all[(r * COLUMNS + column) * FEATURES + f] : T(0);
            }
        }
    }
}

// The template arguments of a block of its own under one name, because the options of a pragma are split at commas.
template <typename CONFIG_T, unsigned SIZE, class A, class B = A, class C = A, unsigned EXTRA = 0> struct shared_unit {
    typedef CONFIG_T config_t;
    typedef A first_t;
    typedef B second_t;
    typedef C third_t;
    static const unsigned size = SIZE, extra = EXTRA;
};

// The way back: put the columns of one phase into [ROWS, COLUMNS, FEATURES].
template <class T, unsigned ROWS, unsigned COLUMNS, unsigned FEATURES, unsigned AT_ONCE>
void scatter_columns(T now[ROWS * AT_ONCE * FEATURES], T all[ROWS * COLUMNS * FEATURES], unsigned phase) {
    #pragma HLS INLINE
    for (unsigned r = 0; r < ROWS; r++) {
        #pragma HLS UNROLL
        for (unsigned c = 0; c < AT_ONCE; c++) {
            #pragma HLS UNROLL
            for (unsigned f = 0; f < FEATURES; f++) {
                #pragma HLS UNROLL
                const unsigned column = phase * AT_ONCE + c;
                if (column < COLUMNS)
                    all[(r * COLUMNS + column) * FEATURES + f] = now[(r * AT_ONCE + c) * FEATURES + f];
            }
        }
    }
}

// Pairs on a ring of slots: a lane belongs to a slot i and takes its pairs (i, i + distance), one after the other; the
// distances FIRST, FIRST + 1, ... N / 2 are dealt out over the phases.

// Half way around an even ring every pair appears twice; the first one counts.
template <unsigned N> bool appears_again(unsigned i, unsigned distance) {
    #pragma HLS INLINE
    return 2 * distance > N || (2 * distance == N && 2 * i >= N);
}

// Features of both slots of the pairs of one phase.
template <class T, unsigned N, unsigned FEATURES, unsigned FIRST, unsigned AT_ONCE>
void gather_ends(T slots[N * FEATURES], T first[N * AT_ONCE * FEATURES], T second[N * AT_ONCE * FEATURES], unsigned phase) {
    #pragma HLS INLINE
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned c = 0; c < AT_ONCE; c++) {
            #pragma HLS UNROLL
            const unsigned j = (i + FIRST + phase * AT_ONCE + c) % N;
            for (unsigned f = 0; f < FEATURES; f++) {
                #pragma HLS UNROLL
                first[(i * AT_ONCE + c) * FEATURES + f] = slots[i * FEATURES + f];
                second[(i * AT_ONCE + c) * FEATURES + f] = slots[j * FEATURES + f];
            }
        }
    }
}

// Features of the pairs of one phase, out of [N, N, FEATURES], which is symmetric.
template <class T, unsigned N, unsigned FEATURES, unsigned FIRST, unsigned AT_ONCE>
void gather_pairs(T all[N * N * FEATURES], T now[N * AT_ONCE * FEATURES], unsigned phase) {
    #pragma HLS INLINE
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned c = 0; c < AT_ONCE; c++) {
            #pragma HLS UNROLL
            const unsigned j = (i + FIRST + phase * AT_ONCE + c) % N;
            const unsigned pair = (i < j) ? i * N + j : j * N + i;
            for (unsigned f = 0; f < FEATURES; f++) {
                #pragma HLS UNROLL
                now[(i * AT_ONCE + c) * FEATURES + f] = all[pair * FEATURES + f];
            }
        }
    }
}

// The way back: ``forth`` to (i, j) and ``back`` to (j, i); on the diagonal the first one counts.
template <class T, unsigned N, unsigned FEATURES, unsigned FIRST, unsigned AT_ONCE>
void scatter_pairs(T forth[N * AT_ONCE * FEATURES], T back[N * AT_ONCE * FEATURES], T all[N * N * FEATURES],
                   unsigned phase) {
    #pragma HLS INLINE
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned c = 0; c < AT_ONCE; c++) {
            #pragma HLS UNROLL
            const unsigned j = (i + FIRST + phase * AT_ONCE + c) % N;
            if (appears_again<N>(i, FIRST + phase * AT_ONCE + c))
                continue;
            for (unsigned f = 0; f < FEATURES; f++) {
                #pragma HLS UNROLL
                all[(j * N + i) * FEATURES + f] = back[(i * AT_ONCE + c) * FEATURES + f];
                all[(i * N + j) * FEATURES + f] = forth[(i * AT_ONCE + c) * FEATURES + f];
            }
        }
    }
}

// Distances without 0 leave the diagonal to this.
template <class T, unsigned N, unsigned FEATURES> void clear_diagonal(T all[N * N * FEATURES]) {
    #pragma HLS INLINE
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned f = 0; f < FEATURES; f++) {
            #pragma HLS UNROLL
            all[(i * N + i) * FEATURES + f] = 0;
        }
    }
}

// 0 for pairs (i, j) with i + j >= BELOW: what computes them is not built where nothing is shared.
template <class T, unsigned N, unsigned BELOW> void clear_far_pairs(T all[N * N]) {
    #pragma HLS INLINE
    for (unsigned i = 0; i < N; i++) {
        #pragma HLS UNROLL
        for (unsigned j = 0; j < N; j++) {
            #pragma HLS UNROLL
            if (i + j >= BELOW)
                all[i * N + j] = 0;
        }
    }
}

} // namespace nnet

#endif
