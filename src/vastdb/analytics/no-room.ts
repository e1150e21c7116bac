const NO_ROOM =
  /out of memory|could not allocate|failed to (?:pin|allocate|offload)|no space left|max_temp_directory_size/i;

/** Whether DuckDB says that its memory is used up, or the disk that it moves it to: there is no code to tell it by. */
export const saysNoRoom = (message: string): boolean => NO_ROOM.test(message);
