//! Who is in Jellyfin, and whose the key is.

use super::{Jellyfin, wire};
use crate::clients::api::ApiError;
use crate::domain::clock::Timestamp;
use crate::domain::ids::JellyfinId;

/// A person in Jellyfin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JellyfinUser {
    /// Jellyfin's id.
    pub id: JellyfinId,
    /// Unique whatever the case.
    pub name: String,
    /// May they sign in?
    pub is_disabled: bool,
    /// Is no library open to them?
    pub sees_nothing: bool,
    /// The id of the server, which is that of [`Info`](super::Info).
    pub server_id: Option<String>,
}

/// Everybody in Jellyfin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// In no order.
    pub users: Vec<JellyfinUser>,
    /// When they were asked for, by the server's clock; `None` where it does not tell. What is saved later is not in
    /// any earlier answer.
    pub asked_at: Option<Timestamp>,
}

/// Whose token a key is, when it is a person's and no API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// Their name.
    pub name: String,
    /// May they do everything?
    pub is_administrator: bool,
}

impl Jellyfin {
    /// Everybody, disabled people too. What a run asks first: the answer tells the server's time, and which server it
    /// is.
    pub fn users(&self) -> Result<Users, ApiError> {
        let users: Result<(Vec<wire::User>, _), _> = self.api.get_dated("Users", &[]);
        let (users, asked_at) = users.map_err(|error| self.api.who_sent(error))?;
        let user = |user: wire::User| {
            let policy = user.policy.as_ref();
            JellyfinUser {
                is_disabled: policy.is_some_and(|policy| policy.is_disabled == Some(true)),
                sees_nothing: policy.is_some_and(wire::Policy::opens_nothing),
                id: user.id,
                name: self.api.shown(&user.name),
                server_id: user.server_id.filter(|id| !id.is_empty()),
            }
        };
        Ok(Users { users: users.into_iter().map(user).collect(), asked_at })
    }

    /// Whose token is the key? `None`: nobody's, so it is an API key, to which nothing is closed. Asked about itself,
    /// an API key gets a 400 (docs/jellyfin.md#keys).
    pub fn key_owner(&self) -> Result<Option<KeyOwner>, ApiError> {
        let user: Result<wire::User, _> = self.api.get("Users/Me", &[]);
        match user {
            Ok(user) => {
                let policy = user.policy;
                let is_administrator = policy.is_some_and(|policy| policy.is_administrator == Some(true));
                Ok(Some(KeyOwner { name: self.api.shown(&user.name), is_administrator }))
            }
            Err(ApiError::Status { status: 400 | 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
