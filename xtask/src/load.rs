//! Work for a server, over the same HTTP that scripts and people use: jobs made through the SageMaker API, workers who
//! sign in at the portal and label. The crash test and the bench drive the server with it.

mod job;
mod labeler;
mod people;
mod results;
mod session;

pub use job::{JobSpec, LabelingJob, Progress};
pub use labeler::{Assignment, Labeler, Outcome};
pub use people::{Person, Team, make_person, make_team};
pub use results::{Answer, Results};
pub use session::{Door, Session};
