//! Requests side by side: jobs start in order, results reach the caller's thread as they arrive.
//!
//! Not rayon's `par_iter`: it splits work for processors, clumps slow requests and starts them out of order
//! (docs/design.md#threads). Never hold a lock across [`Pool::run`].

use std::iter;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// A number of threads that wait for answers.
#[derive(Debug)]
pub struct Pool(ThreadPool);

/// A job that panicked: a bug of ours, which stays with this one job.
#[derive(Debug)]
pub struct Panicked;

impl Pool {
    /// Makes the threads.
    ///
    /// # Errors
    ///
    /// When the system gives none.
    pub fn new(name: &'static str, threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(move |index| format!("{name}-{index}"))
            // The HTML parser recurses, and a hostile page has as many tags as it may.
            .stack_size(8 << 20);
        Ok(Self(pool.build()?))
    }

    /// Runs `count` jobs, given their index, and hands the results over with their indices as they arrive: one, or all
    /// that came while `each` was busy with the last ones.
    pub fn run<T: Send>(
        &self,
        count: usize,
        job: impl Fn(usize) -> T + Sync,
        mut each: impl FnMut(Vec<(usize, Result<T, Panicked>)>),
    ) {
        let (sender, results) = mpsc::channel();
        let job = &job;
        self.0.in_place_scope_fifo(|scope| {
            for index in 0..count {
                let sender = sender.clone();
                scope.spawn_fifo(move |_| {
                    let result = panic::catch_unwind(AssertUnwindSafe(|| job(index))).map_err(|_| Panicked);
                    // The receiver lives until every sender is gone.
                    let _ = sender.send((index, result));
                });
            }
            drop(sender);
            while let Ok(first) = results.recv() {
                each(iter::once(first).chain(results.try_iter()).collect());
            }
        });
    }

    /// Runs jobs and gives all results in order.
    pub fn map<T: Send>(&self, count: usize, job: impl Fn(usize) -> T + Sync) -> Vec<Result<T, Panicked>> {
        let mut results: Vec<_> = (0..count).map(|_| None).collect();
        self.run(count, job, |came| {
            for (index, result) in came {
                results[index] = Some(result);
            }
        });
        results.into_iter().map(|result| result.unwrap_or(Err(Panicked))).collect()
    }
}

/// Lets only so many do something at the same time.
#[derive(Debug)]
pub struct Semaphore {
    free: Mutex<usize>,
    given_back: Condvar,
}

/// One turn; it ends when this is dropped.
#[derive(Debug)]
pub struct Permit<'a>(&'a Semaphore);

impl Semaphore {
    /// As many at a time as there are processors.
    pub fn of_processors() -> Self {
        let count = thread::available_parallelism().map_or(1, NonZero::get);
        Self { free: Mutex::new(count), given_back: Condvar::new() }
    }

    /// Waits for a turn.
    pub fn take(&self) -> Permit<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.given_back.wait_while(free, |free| *free == 0);
        *free.unwrap_or_else(PoisonError::into_inner) -= 1;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_a_panic_stays_one_result() {
        let pool = Pool::new("test", 3).unwrap();
        let results = pool.map(20, |index| if index == 7 { panic!("job 7") } else { index * 2 });
        for (index, result) in results.into_iter().enumerate() {
            match result {
                Ok(value) => assert_eq!(value, index * 2),
                Err(Panicked) => assert_eq!(index, 7),
            }
        }
    }

    #[test]
    fn no_more_permits_are_out_at_a_time_than_there_are_processors() {
        use std::sync::atomic::{AtomicUsize, Ordering};

        let (semaphore, now, most) = (Semaphore::of_processors(), AtomicUsize::new(0), AtomicUsize::new(0));
        Pool::new("test", 16).unwrap().map(200, |index| {
            let _permit = semaphore.take();
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
            assert!(index % 7 != 3, "a turn ends with a panic too");
        });
        assert!(most.into_inner() <= thread::available_parallelism().unwrap().get());
    }
}
