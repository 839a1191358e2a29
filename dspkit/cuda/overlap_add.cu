// The inverse of framing: every sample of the output gathers what the frames over it hold.
//
// One thread for each sample, so that no two write to the same place and the order of the sum is always the same
// (the last frame first, as on the CPU). Set from outside: REAL (float or double).

typedef REAL Real;
typedef long long Index;

// rows (channels, n_rows, n_fft): frames first_row ... first_row + n_rows - 1, of which frame t begins at sample
// t * hop. Samples start ... start + n_out - 1 of each channel go to out, at sample `offset` of `n_total`. The sum is
// divided by table[row][place in the hop], where row counts up to `distinct - 1` from the start, stays there for
// `repeated` hops, and goes on to the last of the `n_table` rows: see dspkit.frames.OverlapSum.
extern "C" __global__ void overlap_add(const Real *rows, Index first_row, Index n_rows, Index n_fft, Index hop,
                                       const Real *window, const Real *table, Index distinct, Index repeated,
                                       Index n_table, Index start, Index n_out, Index offset, Index n_total,
                                       Real *out) {
    const Index groups = (n_out + blockDim.x - 1) / blockDim.x, channel = blockIdx.x / groups;
    const Index i = blockIdx.x % groups * blockDim.x + threadIdx.x;
    if (i >= n_out) return;
    const Index here = start + i, number = here / hop, within = here % hop;
    Real sum = 0;
    for (Index m = within, t = number - first_row; m < n_fft && t >= 0; m += hop, --t) {
        if (t < n_rows) sum += rows[(channel * n_rows + t) * n_fft + m] * window[m];
    }
    Index row = number < distinct - 1 ? number : distinct - 1;
    row = row > number - repeated ? row : number - repeated;
    row = row < n_table - 1 ? row : n_table - 1;
    out[channel * n_total + offset + i] = sum / table[row * hop + within];
}
