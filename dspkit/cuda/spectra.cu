// From samples to spectra, powers or mel bands in one pass: neither frames nor spectra go through device memory.
//
// A frame of N_FFT real samples is one complex sequence of half the length, even samples as real and odd ones as
// imaginary parts. Its FFT (mixed radix, Stockham's order: no bit reversal) runs in shared memory; then the two
// halves are told apart, as dspkit.fast_fourier does it. FRAMES frames share a block, THREADS threads work on
// each.
//
// Set from outside: REAL (float or double), N_FFT (even), RADICES (factors of N_FFT / 2, such as 8,8,4,4), THREADS,
// FRAMES, and REFLECT (1: the signal is continued by reflection, 0: by zeros).

typedef REAL Real;
typedef long long Index;

struct Complex {
    Real re, im;
};

constexpr int HALF = N_FFT / 2;
// A free place after every 16 values: threads that write 8 values apart would wait for the same memory bank.
constexpr int PLACES = HALF + HALF / 16 + 1;

__device__ __forceinline__ int place(int i) { return i + i / 16; }

__device__ __forceinline__ Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
__device__ __forceinline__ Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
__device__ __forceinline__ Complex operator*(Complex a, Complex b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
__device__ __forceinline__ Complex times_minus_j(Complex a) { return {a.im, -a.re}; }

// ---- DFTs of a few values, in registers ----

// cos and sin of 2 pi m / R for the odd radices; m is known when the loops are unrolled.
template <int R> __device__ __forceinline__ Real cosine(int m) {
    if (m == 0) return 1;
    if (R == 3) return Real(-0.5);
    if (R == 5) return m == 1 || m == 4 ? Real(0.30901699437494742) : Real(-0.80901699437494742);
    return m == 1 || m == 6   ? Real(0.62348980185873353)
           : m == 2 || m == 5 ? Real(-0.22252093395631440)
                              : Real(-0.90096886790241913);
}
template <int R> __device__ __forceinline__ Real sine(int m) {
    if (2 * m > R) return -sine<R>(R - m);
    if (m == 0) return 0;
    if (R == 3) return Real(0.86602540378443865);
    if (R == 5) return m == 1 ? Real(0.95105651629515357) : Real(0.58778525229247313);
    return m == 1 ? Real(0.78183148246802981) : m == 2 ? Real(0.97492791218182361) : Real(0.43388373911755812);
}

template <int R> struct Dft { // odd R: values j and R - j meet the same cosine and opposite sines
    static __device__ __forceinline__ void run(Complex (&v)[R]) {
        Complex sums[R / 2 + 1], differences[R / 2 + 1];
        const Complex first = v[0];
#pragma unroll
        for (int j = 1; j <= R / 2; ++j) {
            sums[j] = v[j] + v[R - j];
            differences[j] = times_minus_j(v[j] - v[R - j]);
            v[0] = v[0] + sums[j];
        }
#pragma unroll
        for (int k = 1; k <= R / 2; ++k) {
            Complex even = first, odd = {0, 0};
#pragma unroll
            for (int j = 1; j <= R / 2; ++j) {
                const Real c = cosine<R>(j * k % R), s = sine<R>(j * k % R);
                even = even + Complex{c * sums[j].re, c * sums[j].im};
                odd = odd + Complex{s * differences[j].re, s * differences[j].im};
            }
            v[k] = even + odd;
            v[R - k] = even - odd;
        }
    }
};

template <> struct Dft<2> {
    static __device__ __forceinline__ void run(Complex (&v)[2]) {
        const Complex a = v[0];
        v[0] = a + v[1];
        v[1] = a - v[1];
    }
};

template <> struct Dft<4> {
    static __device__ __forceinline__ void run(Complex (&v)[4]) {
        const Complex a = v[0] + v[2], b = v[0] - v[2], c = v[1] + v[3], d = times_minus_j(v[1] - v[3]);
        v[0] = a + c;
        v[1] = b + d;
        v[2] = a - c;
        v[3] = b - d;
    }
};

template <> struct Dft<8> { // two of four values, the second one turned by eighths
    static __device__ __forceinline__ void run(Complex (&v)[8]) {
        const Real h = Real(0.70710678118654752);
        Complex even[4] = {v[0], v[2], v[4], v[6]}, odd[4] = {v[1], v[3], v[5], v[7]};
        Dft<4>::run(even);
        Dft<4>::run(odd);
        odd[1] = {h * (odd[1].re + odd[1].im), h * (odd[1].im - odd[1].re)};
        odd[2] = times_minus_j(odd[2]);
        odd[3] = {h * (odd[3].im - odd[3].re), -h * (odd[3].re + odd[3].im)};
#pragma unroll
        for (int k = 0; k < 4; ++k) {
            v[k] = even[k] + odd[k];
            v[k + 4] = even[k] - odd[k];
        }
    }
};

// ---- A frame: windowed samples, two by two ----

struct Samples {
    const Real *y, *window;
    Index n, first; // samples of the channel; where the frame begins
    bool exists;

    __device__ __forceinline__ Real at(Index i) const {
        if (i >= 0 && i < n) return y[i];
        if (!REFLECT) return 0;
        const Index period = n > 1 ? 2 * (n - 1) : 1;
        i %= period;
        if (i < 0) i += period;
        return y[i < n ? i : period - i];
    }
    __device__ __forceinline__ Complex operator()(int m) const {
        if (!exists) return {0, 0};
        return {at(first + 2 * m) * window[2 * m], at(first + 2 * m + 1) * window[2 * m + 1]};
    }
};

struct Shared {
    const Complex *values;
    __device__ __forceinline__ Complex operator()(int m) const { return values[place(m)]; }
};

// ---- The FFT of HALF values: a stage for each radix ----

// Before this stage the values are DFTs of length L, one after another; after it, of length L * R.
template <int L, int R, class From>
__device__ __forceinline__ void stage(From from, Complex *values, const Complex *roots) {
    constexpr int M = HALF / R, EACH = (M + THREADS - 1) / THREADS;
    Complex v[EACH][R];
#pragma unroll
    for (int e = 0; e < EACH; ++e) {
        const int i = threadIdx.x + e * THREADS;
        if (i < M) {
#pragma unroll
            for (int r = 0; r < R; ++r) v[e][r] = from(i + r * M);
        }
    }
    __syncthreads(); // all have read before one writes
#pragma unroll
    for (int e = 0; e < EACH; ++e) {
        const int i = threadIdx.x + e * THREADS;
        if (i < M) {
            const int k = i % L, start = i / L * (L * R) + k;
            if (L > 1) {
#pragma unroll
                for (int r = 1; r < R; ++r) v[e][r] = v[e][r] * roots[N_FFT / (L * R) * k * r];
            }
            Dft<R>::run(v[e]);
#pragma unroll
            for (int r = 0; r < R; ++r) values[place(start + r * L)] = v[e][r];
        }
    }
    __syncthreads();
}

template <int L> __device__ __forceinline__ void later_stages(Complex *, const Complex *) {}
template <int L, int R, int... REST>
__device__ __forceinline__ void later_stages(Complex *values, const Complex *roots) {
    stage<L, R>(Shared{values}, values, roots);
    later_stages<L * R, REST...>(values, roots);
}

template <int R, int... REST>
__device__ __forceinline__ void fft(const Samples &frame, Complex *values, const Complex *roots) {
    stage<1, R>(frame, values, roots);
    later_stages<R, REST...>(values, roots);
}

// Bins k and HALF - k of the frame, from the FFT of its even and odd samples.
__device__ __forceinline__ void two_bins(const Complex *values, const Complex *roots, int k, Complex &low,
                                         Complex &high) {
    const Complex z = values[place(k)], mirror = values[place(k == 0 ? 0 : HALF - k)];
    const Complex even = {(z.re + mirror.re) / 2, (z.im - mirror.im) / 2};
    const Complex odd = Complex{(z.im + mirror.im) / 2, (mirror.re - z.re) / 2} * roots[k];
    low = even + odd;
    high = {even.re - odd.re, odd.im - even.im};
}

__device__ __forceinline__ Real to_power(Complex x, Real power) {
    const Real square = x.re * x.re + x.im * x.im;
    return power == 2 ? square : power == 1 ? sqrt(square) : pow(square, power / 2);
}

// Which frame of which channel these threads have, and its FFT in ``values``.
struct Work {
    Index channel, t;
    bool exists;
};

__device__ __forceinline__ Work transform(const Real *y, Index n, Index n_frames, Index hop, Index pad,
                                          const Real *window, const Complex *roots, Complex *values) {
    const Index groups = (n_frames + FRAMES - 1) / FRAMES;
    Work work;
    work.channel = blockIdx.x / groups;
    work.t = blockIdx.x % groups * FRAMES + threadIdx.y;
    work.exists = work.t < n_frames;
    const Samples frame = {y + work.channel * n, window, n, work.t * hop - pad, work.exists};
    fft<RADICES>(frame, values, roots);
    return work;
}

// ---- The kernels: one block for each group of FRAMES frames, (THREADS, FRAMES) threads ----

// Spectra (channels, n_frames, 1 + N_FFT / 2).
extern "C" __global__ void __launch_bounds__(THREADS *FRAMES)
    spectra(const Real *y, Index n, Index n_frames, Index hop, Index pad, const Real *window, const Complex *roots,
            Complex *out) {
    __shared__ Complex shared[FRAMES][PLACES];
    Complex *values = shared[threadIdx.y];
    const Work work = transform(y, n, n_frames, hop, pad, window, roots, values);
    if (!work.exists) return;
    Complex *row = out + (work.channel * n_frames + work.t) * (HALF + 1);
    for (int k = threadIdx.x; k <= HALF / 2; k += THREADS) {
        Complex low, high;
        two_bins(values, roots, k, low, high);
        row[k] = low;
        row[HALF - k] = high;
    }
}

// Magnitudes to a power (channels, n_frames, 1 + N_FFT / 2).
extern "C" __global__ void __launch_bounds__(THREADS *FRAMES)
    powers(const Real *y, Index n, Index n_frames, Index hop, Index pad, const Real *window, const Complex *roots,
           Real power, Real *out) {
    __shared__ Complex shared[FRAMES][PLACES];
    Complex *values = shared[threadIdx.y];
    const Work work = transform(y, n, n_frames, hop, pad, window, roots, values);
    if (!work.exists) return;
    Real *row = out + (work.channel * n_frames + work.t) * (HALF + 1);
    for (int k = threadIdx.x; k <= HALF / 2; k += THREADS) {
        Complex low, high;
        two_bins(values, roots, k, low, high);
        row[k] = to_power(low, power);
        row[HALF - k] = to_power(high, power);
    }
}

// Sums of powers over bands (channels, n_bands, n_frames). Band m has the bins from first[m] on, with the weights
// from begins[m] up to begins[m + 1].
extern "C" __global__ void __launch_bounds__(THREADS *FRAMES)
    bands(const Real *y, Index n, Index n_frames, Index hop, Index pad, const Real *window, const Complex *roots,
          Real power, int n_bands, const int *first, const int *begins, const Real *weights, Real *out) {
    __shared__ Complex shared[FRAMES][PLACES];
    Complex *values = shared[threadIdx.y];
    const Work work = transform(y, n, n_frames, hop, pad, window, roots, values);
    for (int k = threadIdx.x; k <= HALF / 2; k += THREADS) {
        Complex low, high;
        two_bins(values, roots, k, low, high); // nobody else reads these two places
        values[place(k)].re = to_power(low, power);
        values[place(HALF - k)].re = to_power(high, power);
    }
    __syncthreads();
    if (!work.exists) return;
    for (int m = threadIdx.x; m < n_bands; m += THREADS) {
        Real sum = 0;
        for (int j = begins[m], k = first[m]; j < begins[m + 1]; ++j, ++k) sum += weights[j] * values[place(k)].re;
        out[(work.channel * n_bands + m) * n_frames + work.t] = sum;
    }
}
