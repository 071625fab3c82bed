/* The floor of reading: scalars of event files, named on stdin, by compiled code with checksums; prints how many. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef const unsigned char *Bytes;
struct Row { double wall_time; int64_t step; float value; uint32_t file, tag_length; Bytes tag; };

static struct Row *rows;
static size_t count, room;

static uint32_t checksum(Bytes at, uint64_t length) { /* CRC-32C by the processor, masked */
    uint64_t crc = 0xffffffff, word;
    for (; length >= 8; at += 8, length -= 8) { memcpy(&word, at, 8); crc = __builtin_ia32_crc32di(crc, word); }
    for (; length; length--) crc = __builtin_ia32_crc32qi((uint32_t)crc, *at++);
    uint32_t plain = ~(uint32_t)crc;
    return ((plain >> 15) | (plain << 17)) + 0xa282ead8;
}

static uint64_t varint(Bytes *at, Bytes end) {
    uint64_t number = 0;
    for (int shift = 0; *at < end && shift < 64; shift += 7) {
        number |= (uint64_t)(**at & 0x7f) << shift;
        if (!(*(*at)++ & 0x80)) break;
    }
    return number;
}

/* One message: Event (depth 0), its Summary (1), a Value of that (2). */
static void message(Bytes at, Bytes end, int depth, struct Row *row) {
    while (at < end) {
        uint64_t key = varint(&at, end), field = key >> 3, size;
        switch (key & 7) {
        case 0:
            size = varint(&at, end);
            if (depth == 0 && field == 2) row->step = (int64_t)size;
            break;
        case 1:
            if (end - at < 8) return;
            if (depth == 0 && field == 1) memcpy(&row->wall_time, at, 8);
            at += 8;
            break;
        case 5:
            if (end - at < 4) return;
            if (depth == 2 && field == 2) {
                memcpy(&row->value, at, 4);
                if (count == room) rows = realloc(rows, (room = room ? 2 * room : 1 << 16) * sizeof *rows);
                rows[count++] = *row;
            }
            at += 4;
            break;
        case 2:
            size = varint(&at, end);
            if (size > (uint64_t)(end - at)) return;
            if (depth == 2 && field == 1) { row->tag = at; row->tag_length = (uint32_t)size; }
            else if ((depth == 0 && field == 5) || (depth == 1 && field == 1)) message(at, at + size, depth + 1, row);
            at += size;
            break;
        default:
            return;
        }
    }
}

int main(void) {
    static char path[4096];
    unsigned char *buffer = malloc(256 << 20);
    uint64_t wrong = 0;
    double sum = 0;
    for (uint32_t file = 0; fgets(path, sizeof path, stdin); file++) {
        path[strcspn(path, "\n")] = 0;
        int opened = open(path, O_RDONLY);
        ssize_t size = read(opened, buffer, 256 << 20);
        close(opened);
        size_t first = count;
        for (Bytes at = buffer, end = buffer + (size > 0 ? size : 0); end - at >= 16;) {
            uint64_t length;
            uint32_t stored[2];
            memcpy(&length, at, 8);
            memcpy(&stored[0], at + 8, 4);
            if (length > (uint64_t)(end - at) - 16) { wrong++; break; }
            memcpy(&stored[1], at + 12 + length, 4);
            wrong += stored[0] != checksum(at, 8) || stored[1] != checksum(at + 12, length);
            struct Row row = {.file = file};
            message(at + 12, at + 12 + length, 0, &row);
            at += 16 + length;
        }
        for (; first < count; first++) sum += rows[first].value;
    }
    printf("%zu %llu %.17g\n", count, (unsigned long long)wrong, sum);
    return 0;
}
