// Second-order sections over a long signal, in parallel: a block scan over the sections' states.
//
// A filter is serial: each output needs the state that the sample before it left. But the state is linear: what a
// piece of LENGTH samples leaves behind is what it would leave if it began at rest, plus the state that it began
// with times one fixed matrix, the same for all pieces. So (1) all pieces run from rest, at once; (2) their ends are
// carried on from piece to piece, by a scan with powers of that matrix; (3) all pieces run again, from the states
// that they really begin with.
//
// Samples are REAL, states are double. Set from outside: REAL, SECTIONS, THREADS (pieces in a block), LENGTH (of a
// piece, a multiple of 32), CARRY_THREADS (in the scan).

typedef REAL Real;
typedef long long Index;

constexpr int STATES = 2 * SECTIONS, TILE = 32;

// One sample through all sections (direct form II transposed). A row of sos is b0, b1, b2, 1, a1, a2.
__device__ __forceinline__ double step(double x, double (&s)[STATES], const double (&sos)[SECTIONS][6]) {
#pragma unroll
    for (int i = 0; i < SECTIONS; ++i) {
        const double y = sos[i][0] * x + s[2 * i];
        s[2 * i] = sos[i][1] * x - sos[i][4] * y + s[2 * i + 1];
        s[2 * i + 1] = sos[i][2] * x - sos[i][5] * y;
        x = y;
    }
    return x;
}

// Run this thread's piece from state s. The block reads tiles of 32 samples of all its pieces together: a thread
// that read its piece alone would ask for memory all over the place. With `out`, the results go the same way back.
__device__ __forceinline__ void run(const Real *y, Index n, Index first_piece, const double *coefficients,
                                    double (&s)[STATES], Real *out) {
    __shared__ Real tile[THREADS][TILE + 1];
    double sos[SECTIONS][6];
#pragma unroll
    for (int i = 0; i < SECTIONS; ++i) {
#pragma unroll
        for (int j = 0; j < 6; ++j) sos[i][j] = coefficients[6 * i + j];
    }
    for (int base = 0; base < LENGTH; base += TILE) {
        for (int e = threadIdx.x; e < THREADS * TILE; e += THREADS) {
            const Index i = (first_piece + e / TILE) * LENGTH + base + e % TILE;
            if (i < n) tile[e / TILE][e % TILE] = y[i];
        }
        __syncthreads();
        const Index here = (first_piece + threadIdx.x) * LENGTH + base;
        for (int j = 0; j < TILE && here + j < n; ++j) {
            tile[threadIdx.x][j] = Real(step(tile[threadIdx.x][j], s, sos));
        }
        __syncthreads();
        if (out) {
            for (int e = threadIdx.x; e < THREADS * TILE; e += THREADS) {
                const Index i = (first_piece + e / TILE) * LENGTH + base + e % TILE;
                if (i < n) out[i] = tile[e / TILE][e % TILE];
            }
            __syncthreads();
        }
    }
}

// (1) What each piece leaves, having begun at rest: ends (channels, n_pieces, STATES).
extern "C" __global__ void __launch_bounds__(THREADS)
    from_rest(const Real *y, Index n, Index n_pieces, const double *sos, double *ends) {
    const Index groups = (n_pieces + THREADS - 1) / THREADS, channel = blockIdx.x / groups;
    const Index first = blockIdx.x % groups * THREADS, piece = first + threadIdx.x;
    double s[STATES] = {};
    run(y + channel * n, n, first, sos, s, nullptr);
    if (piece < n_pieces) {
        for (int i = 0; i < STATES; ++i) ends[(channel * n_pieces + piece) * STATES + i] = s[i];
    }
}

__device__ __forceinline__ void advance(const double *matrix, double (&s)[STATES], const double *added) {
    double next[STATES];
#pragma unroll
    for (int i = 0; i < STATES; ++i) {
        next[i] = added[i];
#pragma unroll
        for (int j = 0; j < STATES; ++j) next[i] += matrix[i * STATES + j] * s[j];
    }
#pragma unroll
    for (int i = 0; i < STATES; ++i) s[i] = next[i];
}

// (2) The state that each piece begins with, in place of what it leaves. One block for each channel; each thread
// takes `run_length` pieces in a row. matrices: that of one piece, then of run_length pieces times 1, 2, 4, ...
extern "C" __global__ void __launch_bounds__(CARRY_THREADS)
    carry(double *ends, Index n_pieces, Index run_length, const double *matrices, const double *initial) {
    __shared__ double left[CARRY_THREADS][STATES];
    double *mine = ends + blockIdx.x * n_pieces * STATES;
    const Index begin = threadIdx.x * run_length, end = begin + run_length < n_pieces ? begin + run_length : n_pieces;
    double s[STATES] = {}, begun[STATES] = {};
    if (threadIdx.x == 0) {
        for (int i = 0; i < STATES; ++i) s[i] = begun[i] = initial[blockIdx.x * STATES + i];
    }
    for (Index piece = begin; piece < end; ++piece) advance(matrices, s, mine + piece * STATES);
    for (int i = 0; i < STATES; ++i) left[threadIdx.x][i] = s[i];
    __syncthreads();
    for (int distance = 1, power = 1; distance < CARRY_THREADS; distance *= 2, ++power) { // Hillis and Steele's scan
        double before[STATES] = {};
        const bool reached = threadIdx.x >= distance;
        if (reached) {
            for (int i = 0; i < STATES; ++i) before[i] = left[threadIdx.x - distance][i];
            advance(matrices + power * STATES * STATES, before, left[threadIdx.x]);
        }
        __syncthreads();
        if (reached) {
            for (int i = 0; i < STATES; ++i) left[threadIdx.x][i] = before[i];
        }
        __syncthreads();
    }
    if (threadIdx.x > 0) {
        for (int i = 0; i < STATES; ++i) begun[i] = left[threadIdx.x - 1][i];
    }
    for (Index piece = begin; piece < end; ++piece) {
        double added[STATES];
        for (int i = 0; i < STATES; ++i) {
            added[i] = mine[piece * STATES + i];
            mine[piece * STATES + i] = begun[i];
        }
        advance(matrices, begun, added);
    }
}

// (3) All pieces, from where they begin; `final` (channels, STATES) is the state after the last sample.
extern "C" __global__ void __launch_bounds__(THREADS)
    from_states(const Real *y, Index n, Index n_pieces, const double *sos, const double *starts, Real *out,
                double *final) {
    const Index groups = (n_pieces + THREADS - 1) / THREADS, channel = blockIdx.x / groups;
    const Index first = blockIdx.x % groups * THREADS, piece = first + threadIdx.x;
    double s[STATES] = {};
    if (piece < n_pieces) {
        for (int i = 0; i < STATES; ++i) s[i] = starts[(channel * n_pieces + piece) * STATES + i];
    }
    run(y + channel * n, n, first, sos, s, out + channel * n);
    if (piece == n_pieces - 1) {
        for (int i = 0; i < STATES; ++i) final[channel * STATES + i] = s[i];
    }
}
