// ap_fixed, ap_ufixed, ap_int and ap_uint that write down what is computed, for the proof of the C++.
//
// A value is the number of a node. Every operation writes a line, whose number is that of the result; the meaning of
// the lines is in fpgajet/hls/recording.py. Sums, differences and products have as many bits as they need; only an
// assignment rounds and limits, as in AMD UG1399, "Arbitrary precision fixed-point data types".
//
// A comparison gives a Condition, which is no bool: code that branches on values does not compile.

#ifndef FPGAJET_RECORDER_H_
#define FPGAJET_RECORDER_H_

#include <cassert>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

enum ap_q_mode { AP_RND, AP_RND_ZERO, AP_RND_MIN_INF, AP_RND_INF, AP_RND_CONV, AP_TRN, AP_TRN_ZERO };
enum ap_o_mode { AP_SAT, AP_SAT_ZERO, AP_SAT_SYM, AP_WRAP, AP_WRAP_SM };

namespace recorder {

typedef long Node;

inline std::string &text() {
    static std::string all;
    return all;
}

inline Node line(const std::string &words) {
    static Node count = 0;
    text() += words + "\n";
    return count++;
}

inline std::string number(long long value) { return " " + std::to_string(value); }

inline std::string read(Node node) {
    if (node < 0) {
        std::fputs("a value is read before it is written\n", stderr);
        std::exit(1);
    }
    return number(node);
}

inline Node constant(long long value) { return line("constant" + number(value)); }
inline Node shifted(Node a, int by) { return by ? line("shift" + read(a) + number(by)) : a; }
inline Node of_two(const char *name, Node a, Node b) { return line(name + read(a) + read(b)); }

// The integer of ``bits`` bits that the value with ``fraction`` fraction bits becomes.
inline Node quantised(Node a, int fraction, bool is_signed, int bits, int to, ap_q_mode q, ap_o_mode o) {
    return line("quantise" + read(a) + number(fraction) + number(is_signed) + number(bits) + number(to) + number(q) +
                number(o));
}

inline Node table(const std::vector<Node> &entries) {
    static std::map<std::vector<Node>, Node> known;
    const auto found = known.find(entries);
    if (found != known.end())
        return found->second;
    std::string words = "table";
    for (Node entry : entries)
        words += read(entry);
    return known[entries] = line(words);
}

struct Condition {
    Node node;
    Condition(Node node, int) : node(node) {}
    Condition(bool known) : node(constant(known)) {}
};

inline Condition operator!(const Condition &a) { return Condition(line("not" + read(a.node)), 0); }
inline Condition operator&&(const Condition &a, const Condition &b) {
    return Condition(of_two("and", a.node, b.node), 0);
}
inline Condition operator||(const Condition &a, const Condition &b) { return !(!a && !b); }

constexpr int larger(int a, int b) { return a > b ? a : b; }

// Bits high ... low of a number.
template <class T> struct Part {
    T &of;
    int high, low;
    int width() const { return high - low + 1; }
    Node value() const { return quantised(of.node, low, false, width(), 0, AP_TRN, AP_WRAP); }
    Part &operator=(const Part &other) { return take(other); }
    template <class U> Part &operator=(const Part<U> &other) { return take(other); }
    Part &operator=(int bits) { return put(constant(bits)); }
    template <class U> Part &take(const Part<U> &other) {
        if (width() != T::width || other.width() < T::width)
            return put(other.value());
        of.node = quantised(other.of.node, other.low, T::is_signed, T::width, 0, AP_TRN, AP_WRAP);
        return *this;
    }
    Part &put(Node bits) {
        const bool whole = width() == T::width;
        Node fresh = quantised(bits, 0, false, width(), 0, AP_TRN, AP_WRAP);
        if (!whole)
            fresh = of_two("add", of.node, shifted(of_two("subtract", fresh, value()), low));
        of.node = quantised(fresh, 0, T::is_signed, T::width, 0, AP_TRN, AP_WRAP);
        return *this;
    }
};

template <class T> Condition operator!=(const Part<T> &a, int b) {
    return Condition(line("nonzero" + read(of_two("subtract", a.value(), constant(b)))), 0);
}
template <class T> Condition operator==(const Part<T> &a, int b) { return !(a != b); }

template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N> struct Number {
    static const int width = W, integer = I, fraction = W - I;
    static const bool is_signed = S;
    static const int rounding = Q, overflow = O;
    Node node = -1;

    Number() {}
    template <int W2, int I2, bool S2, ap_q_mode Q2, ap_o_mode O2, int N2>
    Number(const Number<W2, I2, S2, Q2, O2, N2> &a) : node(put(a.node, W2 - I2)) {}
    template <class T> Number(const Part<T> &a) : node(put(a.value(), 0)) {}
    Number(const Condition &a) : node(put(a.node, 0)) {}
    template <class T, typename = std::enable_if_t<std::is_integral_v<T>>> Number(T value)
        : node(put(constant(value), 0)) {}
    Number(double value) {
        int fraction = 0;
        while (value != std::floor(value) && fraction < 1000) {
            value *= 2;
            fraction++;
        }
        if (!(std::fabs(value) < 9e15)) {
            std::fputs("a constant has more than 53 bits\n", stderr);
            std::exit(1);
        }
        node = put(constant((long long)value), fraction);
    }

    static Node put(Node a, int fraction) {
        static_assert(N == 0, "no saturation bits");
        return quantised(a, fraction, S, W, W - I, Q, O);
    }

    Part<Number> range(int high, int low) { return {*this, high, low}; }
    Part<Number> range() { return {*this, W - 1, 0}; }
    Part<const Number> range(int high, int low) const { return {*this, high, low}; }
    Part<const Number> range() const { return {*this, W - 1, 0}; }
    Part<Number> operator[](int bit) { return {*this, bit, bit}; }

    Number<W + 1, I + 1, true, AP_TRN, AP_WRAP, 0> operator-() const;
    // Bits that leave at the top or the bottom are lost.
    Number operator<<(int by) const {
        Number result;
        result.node = quantised(shifted(node, by), 0, S, W, 0, AP_TRN, AP_WRAP);
        return result;
    }
    Number operator>>(int by) const {
        Number result;
        result.node = quantised(node, by, S, W, 0, AP_TRN, AP_WRAP);
        return result;
    }
    template <class T> Number &operator+=(T b) { return *this = *this + b; }
    template <class T> Number &operator-=(T b) { return *this = *this - b; }
    template <class T> Number &operator*=(T b) { return *this = *this * b; }
    Number &operator<<=(int by) { return *this = *this << by; }
    Number &operator>>=(int by) { return *this = *this >> by; }
};

// An exact result of so many bits.
template <int W, int I, bool S> using Exact = Number<W, I, S, AP_TRN, AP_WRAP, 0>;

template <class A, class B> struct Sum {
    static const int fraction = larger(A::fraction, B::fraction);
    static const int integer = larger(A::integer + (B::is_signed && !A::is_signed),
                                      B::integer + (A::is_signed && !B::is_signed)) + 1;
    typedef Exact<integer + fraction, integer, A::is_signed || B::is_signed> type;
    typedef Exact<integer + fraction, integer, true> difference;
    static Node made(const char *name, A a, B b) {
        return of_two(name, shifted(a.node, fraction - A::fraction), shifted(b.node, fraction - B::fraction));
    }
};

template <class R> R exact(Node node) {
    R result;
    result.node = node;
    return result;
}

// A built-in integer as a number; a number as it is.
template <class T, typename = void> struct Operand {};
template <class T> struct Operand<T, std::enable_if_t<std::is_integral_v<T>>> {
    typedef Exact<8 * sizeof(T), 8 * sizeof(T), std::is_signed_v<T>> type;
};
template <> struct Operand<bool> {
    typedef Exact<1, 1, false> type;
};
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N> struct Operand<Number<W, I, S, Q, O, N>> {
    typedef Number<W, I, S, Q, O, N> type;
};
template <class T> struct IsNumber : std::false_type {};
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
struct IsNumber<Number<W, I, S, Q, O, N>> : std::true_type {};
template <class A, class B> using Either = std::enable_if_t<IsNumber<A>::value || IsNumber<B>::value>;
template <class T> using As = typename Operand<T>::type;

template <class A, class B, typename = Either<A, B>> auto operator+(A a, B b) {
    typedef Sum<As<A>, As<B>> result;
    return exact<typename result::type>(result::made("add", As<A>(a), As<B>(b)));
}
template <class A, class B, typename = Either<A, B>> auto operator-(A a, B b) {
    typedef Sum<As<A>, As<B>> result;
    return exact<typename result::difference>(result::made("subtract", As<A>(a), As<B>(b)));
}
template <class A, class B, typename = Either<A, B>> auto operator*(A a, B b) {
    typedef As<A> X;
    typedef As<B> Y;
    typedef Exact<X::width + Y::width, X::integer + Y::integer, X::is_signed || Y::is_signed> result;
    return exact<result>(of_two("multiply", X(a).node, Y(b).node));
}
template <class A, class B, typename = Either<A, B>> Condition operator<(A a, B b) {
    return Condition(Sum<As<A>, As<B>>::made("less", As<A>(a), As<B>(b)), 0);
}
template <class A, class B, typename = Either<A, B>> Condition operator!=(A a, B b) {
    return Condition(line("nonzero" + read((a - b).node)), 0);
}
template <class A, class B, typename = Either<A, B>> Condition operator>(A a, B b) { return b < a; }
template <class A, class B, typename = Either<A, B>> Condition operator<=(A a, B b) { return !(b < a); }
template <class A, class B, typename = Either<A, B>> Condition operator>=(A a, B b) { return !(a < b); }
template <class A, class B, typename = Either<A, B>> Condition operator==(A a, B b) { return !(a != b); }

template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
Exact<W + 1, I + 1, true> Number<W, I, S, Q, O, N>::operator-() const {
    return exact<Exact<W + 1, I + 1, true>>(of_two("subtract", constant(0), node));
}

} // namespace recorder

template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
using ap_fixed = recorder::Number<W, I, true, Q, O, N>;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0>
using ap_ufixed = recorder::Number<W, I, false, Q, O, N>;
template <int W> using ap_int = recorder::Number<W, W, true, AP_TRN, AP_WRAP, 0>;
template <int W> using ap_uint = recorder::Number<W, W, false, AP_TRN, AP_WRAP, 0>;

#endif
