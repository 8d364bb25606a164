"""What becomes of light pixel by pixel: the loops of cameras, compiled. All change arrays in place.

Images are float32[height, width, 3] in parts of white unless it says otherwise.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def expose(image, gain, pattern, noise, top, left, grain):  # type: ignore[no-untyped-def]
    """Amplified, darker toward the corners, through the sensor's pattern, with noise on it.

    Args:
        image: the light.
        gain: how much it is amplified.
        pattern: sensitivity of each pixel, around 1.
        noise: of standard deviation 1, larger than the image; and
        top: the row of it that falls on the image's first; and
        left: the column.
        grain: standard deviation of the noise at white.
    """
    height, width = image.shape[:2]
    for row in range(height):
        y = np.float32(2 * row / max(height - 1, 1) - 1)
        for column in range(width):
            x = np.float32(2 * column / max(width - 1, 1) - 1)
            fall = gain * (np.float32(1.04) - np.float32(0.15) * (x * x + y * y))
            for channel in range(3):
                value = image[row, column, channel] * fall * pattern[row, column, channel]
                spread = grain * np.sqrt(max(value, np.float32(0.01))) + np.float32(0.002)
                image[row, column, channel] = (
                    value + noise[top + row, left + column, channel] * spread
                )


@njit(nogil=True, cache=True)
def tone(image, colours):  # type: ignore[no-untyped-def]
    """Through a colour matrix, float32[3, 3], and a curve that lets highlights fade out."""
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            red, green, blue = image[row, column]
            for channel in range(3):
                value = (
                    colours[channel, 0] * red
                    + colours[channel, 1] * green
                    + colours[channel, 2] * blue
                )
                if value > np.float32(0.6):
                    over = (value - np.float32(0.6)) / np.float32(0.4)
                    value = np.float32(0.6) + np.float32(0.4) * np.tanh(over)
                image[row, column, channel] = value


@njit(nogil=True, cache=True)
def film(frame, wide, nearness, matrix, moved, gains, pattern, noise):  # type: ignore[no-untyped-def]
    """One frame of a clip, seen in a wider picture taken from nearly the same place.

    What is near moves more than what is far when the hand does (parallax): each pixel is looked
    up beside where it would be if the camera had only turned.

    Args:
        frame: uint8[height, width, 3], to be filled.
        wide: uint8[h, w, 3].
        nearness: float32[h / 2, w / 2] of the wide picture: one over the depth in metres.
        matrix: float64[3, 3]: from pixels of the frame to pixels of the wide picture.
        moved: how far the hand is from where the wide picture was taken, right and down, in
            metres times the wide picture's focal length in pixels.
        gains: float32[3], exposure and white balance at this moment.
        pattern: float32[height, width], of the sensor, around 1.
        noise: int8[height, width, 3], in quarters of a grey level.
    """
    high, far = wide.shape[0] - 2, wide.shape[1] - 2
    for row in range(frame.shape[0]):
        for column in range(frame.shape[1]):
            x = matrix[0, 0] * column + matrix[0, 1] * row + matrix[0, 2]
            y = matrix[1, 0] * column + matrix[1, 1] * row + matrix[1, 2]
            w = matrix[2, 0] * column + matrix[2, 1] * row + matrix[2, 2]
            x, y = min(max(x / w, 0.0), far), min(max(y / w, 0.0), high)
            near = nearness[int(y) // 2, int(x) // 2]
            x = min(max(x + moved[0] * near, 0.0), far)
            y = min(max(y + moved[1] * near, 0.0), high)
            left, top = int(x), int(y)
            fx, fy, uneven = np.float32(x - left), np.float32(y - top), pattern[row, column]
            for channel in range(3):
                upper = wide[top, left, channel] * (1 - fx) + wide[top, left + 1, channel] * fx
                lower = (
                    wide[top + 1, left, channel] * (1 - fx) + wide[top + 1, left + 1, channel] * fx
                )
                value = (upper * (1 - fy) + lower * fy) * gains[channel]
                value = value * uneven + np.float32(0.25) * noise[row, column, channel]
                frame[row, column, channel] = min(max(value + np.float32(0.5), 0), 255)
