// CUDA's kernels on a processor: enough of its language for g++ -std=c++20 to compile those of dspkit unchanged.
//
// A block's threads are real threads, kept for all blocks of a launch, and __syncthreads() is a barrier for them:
// a missing or a misplaced one shows (as wrong results or as a hang), as it does on a GPU. A thread that returns early
// leaves the barrier. __shared__ memory is static: one block runs at a time.
#pragma once
#include <barrier>
#include <cmath>
#include <cstddef>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(n)

struct Dim {
    unsigned x = 0, y = 0, z = 0;
};
static thread_local Dim threadIdx, blockIdx;
static Dim blockDim;
static std::barrier<> *block_barrier = nullptr;

inline void __syncthreads() { block_barrier->arrive_and_wait(); }

using std::pow;
using std::sqrt;

template <class... A, std::size_t... I>
void call(void (*kernel)(A...), void **arguments, std::index_sequence<I...>) {
    kernel(*static_cast<std::remove_const_t<A> *>(arguments[I])...);
}

// arguments: the address of each, as for cuLaunchKernel.
template <class... A> void launch(void (*kernel)(A...), unsigned blocks, unsigned x, unsigned y, void **arguments) {
    blockDim = {x, y, 1};
    std::barrier<> every(x * y); // between two blocks, all threads meet
    std::vector<std::barrier<> *> barriers(blocks);
    for (auto &each : barriers) each = new std::barrier<>(x * y);
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < x * y; ++t) {
        threads.emplace_back([&, t] {
            threadIdx = {t % x, t / x, 0};
            for (unsigned b = 0; b < blocks; ++b) {
                if (t == 0) block_barrier = barriers[b];
                every.arrive_and_wait();
                blockIdx = {b, 0, 0};
                call(kernel, arguments, std::index_sequence_for<A...>{});
                barriers[b]->arrive_and_drop();
                every.arrive_and_wait();
            }
        });
    }
    threads.clear(); // waits for all of them
    for (auto *each : barriers) delete each;
}
