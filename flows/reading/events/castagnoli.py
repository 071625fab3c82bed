"""CRC-32C (Castagnoli), the checksum of event files: of one record by hardware, of many records at once by NumPy."""

import google_crc32c
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Checksums = npt.NDArray[np.uint32]

_MASK_DELTA = 0xA282EAD8
_POLYNOMIAL = 0x82F63B78


def masked_crc32c(data: bytes | Bytes) -> int:
    """The checksum as TFRecord stores it: rotated right by 15 bits, plus a constant."""
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def unmasked(stored: Checksums) -> Checksums:
    """CRC-32C out of stored checksums."""
    rotated = stored - np.uint32(_MASK_DELTA)
    return rotated << np.uint32(15) | rotated >> np.uint32(17)


class _Tables:
    """Row d, column b: what byte b adds to the checksum when d bytes follow it.

    CRCs are linear: the checksum of a message is that of the same message with some bytes set to zero, xor what
    each of these bytes adds at its place (Stigge et al., Reversing CRC, 2006, §3).
    """

    def __init__(self) -> None:
        first = np.arange(256, dtype=np.uint32)
        for _ in range(8):
            first = (first >> np.uint32(1)) ^ np.where(first & 1, np.uint32(_POLYNOMIAL), np.uint32(0))
        self._rows: list[Checksums] = [first]

    def at(self, distance: int) -> Checksums:
        first = self._rows[0]
        while len(self._rows) <= distance:
            last = self._rows[-1]
            self._rows.append((last >> np.uint32(8)) ^ first[last & np.uint32(0xFF)])
        return self._rows[distance]


_TABLES = _Tables()


def crc32c_of_rows(rows: Bytes, length: int, varying: tuple[int, ...], rest: bytes) -> Checksums:
    """CRC-32C of the first `length` bytes of each row of (n, width) bytes that agree but for some columns.

    `varying` names these columns; `rest` is any of the rows with zeros in them.
    """
    crc = np.full(len(rows), google_crc32c.value(rest[:length]), np.uint32)
    for column in varying:
        crc ^= _TABLES.at(length - 1 - column).take(rows[:, column])
    return crc
