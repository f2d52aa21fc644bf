// Clocks a board's top module as its serial port does: bytes in, bytes out, DIVIDER clocks a bit.
#include "Vfpgajet_top.h"
#include "verilated.h"

namespace {
struct Board {
  VerilatedContext context;
  Vfpgajet_top top{&context};
  unsigned divider;
  unsigned place = 0, wait_for = 0;  // of the byte that is being received from the board
  unsigned char byte = 0;
  unsigned long silent = 0;          // clocks since its line was last active
  unsigned char *out = nullptr;
  unsigned long room = 0, came = 0;

  void clock() {
    top.clk = 0;
    top.eval();
    top.clk = 1;
    top.eval();
    listen();
  }

  void listen() {
    silent = place || !top.uart_tx ? 0 : silent + 1;
    if (!place) {
      if (!top.uart_tx) {
        place = 1;
        wait_for = divider + divider / 2;  // the middle of the first bit
      }
    } else if (--wait_for == 0) {
      wait_for = divider;
      if (place <= 8) byte = (unsigned char)(byte >> 1 | (top.uart_tx ? 0x80 : 0));
      else {
        if (top.uart_tx && came < room) out[came++] = byte;
        place = 0;
        return;
      }
      ++place;
    }
  }

  void bit(int level) {
    top.uart_rx = level;
    for (unsigned k = 0; k < divider; ++k) clock();
  }
};
}  // namespace

extern "C" {
Board *board_new(unsigned divider, int reset_level) {
  Board *board = new Board;
  board->divider = divider;
  board->top.uart_rx = 1;
  board->top.reset = !reset_level;
  for (int k = 0; k < 64; ++k) board->clock();
  return board;
}

void board_delete(Board *board) { delete board; }

void board_reset(Board *board) {
  board->top.reset = !board->top.reset;
  for (int k = 0; k < 64; ++k) board->clock();
  board->top.reset = !board->top.reset;
  for (int k = 0; k < 64; ++k) board->clock();
}

// Sends n bytes, then clocks on until the board's line was silent for so many clocks; returns how many bytes came.
unsigned long board_exchange(Board *board, const unsigned char *in, unsigned long n, unsigned char *out,
                             unsigned long room, unsigned long silence) {
  board->out = out;
  board->room = room;
  board->came = 0;
  for (unsigned long k = 0; k < n; ++k) {
    board->bit(0);
    for (int bit = 0; bit < 8; ++bit) board->bit(in[k] >> bit & 1);
    board->bit(1);
  }
  board->silent = 0;
  while (board->silent < silence) board->clock();
  return board->came;
}
}
