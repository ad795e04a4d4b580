/** The time, as often as anybody could see it move in words. */
class Clock {
  now = $state.raw(new Date());

  constructor() {
    setInterval(() => (this.now = new Date()), 15_000);
  }
}

export const clock = new Clock();
