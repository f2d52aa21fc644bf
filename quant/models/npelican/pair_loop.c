// The only N x N work of a float nanoPELICAN, with dropout, for one core: see compiled.py.
//
// Each jet has its own n x n pairs in rows of whole vectors, so that little is spent on empty slots. No pair is kept:
// the way back makes x and y again. What dropout drops is a hash of the seed, the jet, the layer and the pair.
// The diagonal is taken with all pairs as if i = j were nothing special, and corrected afterwards.
#include "pair_loop.h"

// d_ij = p_i . p_j of four-momenta [jets][constituents][4]; statistics: their sum and their sum of squares.
void npelican_products(const float *momenta, int64_t jets, int64_t constituents, const double *beams,
                       int64_t beam_slots, const int64_t *slots, const int64_t *offset, float *products,
                       double *statistics, double *scratch) {
    double sum = 0, squares = 0;
    for (int64_t b = 0; b < jets; b++) {
        const int64_t n = slots[b], m = padded(n);
        double *p[4];
        memset(scratch, 0, 4 * m * sizeof(double));
        for (int axis = 0; axis < 4; axis++) {
            p[axis] = scratch + axis * m;
            for (int64_t i = 0; i < beam_slots; i++)
                p[axis][i] = beams[4 * i + axis];
            for (int64_t i = beam_slots; i < n; i++)
                p[axis][i] = momenta[(b * constituents + i - beam_slots) * 4 + axis];
        }
        const double *e = p[0], *x = p[1], *y = p[2], *z = p[3];
        float *d = products + offset[b];
        for (int64_t i = 0; i < n; i++, d += m) {
#pragma omp simd reduction(+ : sum, squares)
            for (int64_t j = 0; j < m; j++) {
                const double product = e[i] * e[j] - x[i] * x[j] - y[i] * y[j] - z[i] * z[j];
                d[j] = (float)product;
                sum += product;
                squares += product * product;
            }
        }
    }
    statistics[0] = sum;
    statistics[1] = squares;
}

// sums [jets][channels][SUMS]: of z's mask m and y: sum m y, sum_i m_ii y_ii, sum m, sum_i m_ii, sum y, sum y^2.
void npelican_forward(const Batch *a, double *sums) {
    const double kept = 1 / (1 - a->dropout);
    for (int64_t b = 0; b < a->jets; b++) {
        const Jet t = jet_of(a, b);
        const int64_t n = t.n, m = t.m;
        for (int64_t c = 0; c < a->channels; c++, sums += SUMS) {
            const Channel h = channel_of(a, b, c, &t);
            const Bits key = sequence(0, 0) + h.key;
            const Floats pair = h.w[0] + (Floats){0};
            Floats one = {0}, square = {0}, with = {0}, trace = {0};
            Ints entries = {0}, entries_on = {0}; // minus the number of entries that are kept
            for (int64_t j = 0; j < m; j += LANES) {
                const Floats right = *(const Floats *)(h.right + j);
                const Ints real = (Ints)sequence((uint32_t)j, 1) < (int32_t)n;
                for (int64_t i = 0; i < n; i++) {
                    const Floats y = relu(pair * *(const Floats *)(t.x + i * m + j) + (right + h.left[i]));
                    one += y, square += y * y;
                    if (t.threshold) {
                        const Ints keep = kept_of(*(const Bits *)(t.random + i * m + j), key, t.threshold);
                        with += only(y, keep), entries += keep & real;
                    }
                }
                // the diagonal of these columns
                const Floats off = pair * *(const Floats *)(t.diagonal + j) + *(const Floats *)(h.left + j) + right;
                const Floats was = relu(off), is = relu(off + *(const Floats *)(h.on + j));
                one += is - was, square += is * is - was * was;
                if (t.threshold) {
                    const Ints keep = kept_of(*(const Bits *)(t.random_on + j), key, t.threshold);
                    with += only(is - was, keep), trace += only(is, keep), entries_on += keep & real;
                } else {
                    trace += is;
                }
            }
            sums[4] = sum_of(one), sums[5] = sum_of(square);
            sums[0] = t.threshold ? sum_of(with) * kept : sums[4], sums[1] = sum_of(trace) * kept;
            sums[2] = t.threshold ? count_of(entries) * kept : (double)(n * n);
            sums[3] = t.threshold ? count_of(entries_on) * kept : (double)n;
        }
    }
}

// From gradients [jets][channels][SUMS] of `sums` (those of counts are not read) to gradients of weights
// [jets][channels][WEIGHTS], of biases [2][channels] and of the affine map [2]; the last two must start at 0.
void npelican_backward(const Batch *a, const double *gradients, double *of_weight, double *of_bias,
                       double *of_affine) {
    const float kept = (float)(1 / (1 - a->dropout));
    for (int64_t b = 0; b < a->jets; b++) {
        const Jet t = jet_of(a, b);
        const int64_t n = t.n, m = t.m;
        float *of_x = t.room + 3 * m, *of_diagonal = of_x + n * m, *of_column = of_diagonal + m;
        Floats *of_row = (Floats *)(of_column + m); // [n], whose sums belong to of_column
        double of_total = 0;
        memset(of_x, 0, (n * m + 2 * m + n * LANES) * sizeof(float)); // all four
        for (int64_t c = 0; c < a->channels; c++, gradients += SUMS, of_weight += WEIGHTS) {
            const Channel h = channel_of(a, b, c, &t);
            const Bits key = sequence(0, 0) + h.key;
            const Floats pair = h.w[0] + (Floats){0};
            const Floats with = (float)gradients[0] * kept + (Floats){0}, trace = (float)gradients[1] * kept + with;
            const float one = (float)gradients[4], square = 2 * (float)gradients[5];
            Floats all = {0}, all_on = {0}, of_pair = {0}, of_on = {0}, of_right = {0}, of_left = {0};
            for (int64_t j = 0; j < m; j += LANES) {
                const Floats right = *(const Floats *)(h.right + j), column = *(const Floats *)(t.column + j);
                Floats sum = {0};
                for (int64_t i = 0; i < n; i++) {
                    const Floats x = *(const Floats *)(t.x + i * m + j), y = pair * x + (right + h.left[i]);
                    Floats g = with;
                    if (t.threshold)
                        g = only(g, kept_of(*(const Bits *)(t.random + i * m + j), key, t.threshold));
                    g = only(g + one + square * y, y > 0);
                    sum += g, of_pair += g * x, of_left += g * t.column[i], of_row[i] += h.w[3] * g;
                    *(Floats *)(of_x + i * m + j) += pair * g;
                }
                const Floats x = *(const Floats *)(t.diagonal + j), off = pair * x + *(const Floats *)(h.left + j) + right;
                const Floats y = off + *(const Floats *)(h.on + j);
                Floats was = with, is = trace;
                if (t.threshold) {
                    const Ints keep = kept_of(*(const Bits *)(t.random_on + j), key, t.threshold);
                    was = only(was, keep), is = only(is, keep);
                }
                is = only(is + one + square * y, y > 0);
                const Floats change = is - only(was + one + square * off, off > 0);
                sum += change, all += sum, all_on += is;
                of_pair += change * x, of_on += is * column, of_right += sum * column, of_left += change * column;
                *(Floats *)(of_diagonal + j) += pair * change;
                *(Floats *)(of_column + j) += h.w[1] * is + h.w[2] * sum + h.w[3] * change;
            }
            const double everywhere = sum_of(all), on = sum_of(all_on);
            of_total += h.w[4] * everywhere + h.w[5] * on;
            of_weight[0] = sum_of(of_pair), of_weight[1] = sum_of(of_on), of_weight[2] = sum_of(of_right);
            of_weight[3] = sum_of(of_left), of_weight[4] = t.total * everywhere, of_weight[5] = t.total * on;
            of_bias[c] += everywhere, of_bias[a->channels + c] += on;
        }
        for (int64_t k = 0; k < n; k++)
            of_column[k] += sum_of(of_row[k]);
        for (int64_t k = 0; k < n; k++)
            of_x[k * m + k] += of_diagonal[k];
        const Bits key = sequence(0, 0) + key_of(a->seed, b, 1);
        const float *d = a->products + a->offset[b], of_all = (float)of_total;
        Floats scale = {0}, shift = {0};
        for (int64_t j = 0; j < m; j += LANES) {
            const Ints real = (Ints)sequence((uint32_t)j, 1) < (int32_t)n;
            const Floats column = *(const Floats *)(of_column + j) + of_all;
            for (int64_t i = 0; i < n; i++) {
                Floats g = only(*(const Floats *)(of_x + i * m + j) + column, real);
                if (t.threshold)
                    g = only(g, kept_of(*(const Bits *)(t.random + i * m + j), key, t.threshold));
                scale += g * *(const Floats *)(d + i * m + j), shift += g;
            }
        }
        of_affine[0] += sum_of(scale) * kept, of_affine[1] += sum_of(shift) * kept;
    }
}

// Whether dropout keeps x_ij (layer 0) or z_ij of a channel (layer 1 + channel): for tests.
void npelican_kept(uint64_t seed, double dropout, int64_t jet, int64_t layer, int64_t n, uint8_t *kept) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            kept[i * n + j] = kept_of(random_of(sequence(pair_of(i, j), 0) ^ key_of(seed, jet, 0)),
                                      sequence(0, 0) + key_of(seed, jet, layer + 1), threshold_of(dropout))[0] != 0;
}
