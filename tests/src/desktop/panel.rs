//! The panel of a desktop: a place for trays, and somebody who shows notifications.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the interfaces are those of desktops, and a bus hands over every argument"
)]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use zbus::{
    Connection, interface,
    message::Header,
    zvariant::{OwnedObjectPath, OwnedValue, Structure, Value},
};

use super::Screen;
use crate::harness::until;

/// How a program's entry in a menu is described: its number, its properties, and those below it.
type Entry = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The panel of a screen; dropping it takes it away.
pub struct Panel {
    bus: Connection,
    trays: Arc<Mutex<Vec<(String, String)>>>,
    notices: Arc<Mutex<Vec<String>>>,
}

struct Trays(Arc<Mutex<Vec<(String, String)>>>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Trays {
    fn register_status_notifier_item(&self, item: &str, #[zbus(header)] header: Header<'_>) {
        let Some(sender) = header.sender() else { return };
        let path = if item.starts_with('/') { item } else { "/StatusNotifierItem" };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((sender.to_string(), path.to_owned()));
    }

    fn register_status_notifier_host(&self, _host: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let trays = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        trays.iter().map(|(owner, path)| format!("{owner}{path}")).collect()
    }
}

struct Notices(Arc<Mutex<Vec<String>>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Notices {
    #[expect(clippy::too_many_arguments, reason = "the interface is not ours")]
    fn notify(
        &self,
        _program: String,
        _replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _time_out: i32,
    ) -> u32 {
        let mut notices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notices.push(format!("{summary}: {body}"));
        u32::try_from(notices.len()).unwrap_or(u32::MAX)
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "actions".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("panel".into(), "tests".into(), "1".into(), "1.2".into())
    }
}

impl Panel {
    /// Puts a panel on a screen.
    pub async fn on(screen: &Screen) -> anyhow::Result<Self> {
        let (trays, notices) = (Arc::default(), Arc::default());
        let bus = zbus::connection::Builder::address(screen.bus())?
            .serve_at("/StatusNotifierWatcher", Trays(Arc::clone(&trays)))?
            .serve_at("/org/freedesktop/Notifications", Notices(Arc::clone(&notices)))?
            .name("org.kde.StatusNotifierWatcher")?
            .name("org.freedesktop.Notifications")?
            .build()
            .await
            .context("the panel does not come onto the bus")?;
        Ok(Self { bus, trays, notices })
    }

    /// Waits until the tray's menu has an entry that begins like this.
    pub async fn shows(&self, label: &str) -> anyhow::Result<()> {
        let mut entries = Vec::new();
        until(&format!("the tray shows {label:?}"), async || {
            entries = self.entries().await?;
            Ok(entries.iter().any(|(_, shown)| shown.starts_with(label)).then_some(()))
        })
        .await
        .with_context(|| format!("the tray shows {entries:?}"))
    }

    /// Presses an entry of the tray's menu.
    pub async fn press(&self, label: &str) -> anyhow::Result<()> {
        self.shows(label).await?;
        let entries = self.entries().await?;
        let (id, _) = entries.iter().find(|(_, shown)| shown.starts_with(label)).context("the entry")?;
        let (owner, menu) = self.menu().await?.context("a menu")?;
        let event = (*id, "clicked", Value::from(0_i32), 0_u32);
        self.bus
            .call_method(Some(owner.as_str()), menu.as_str(), Some("com.canonical.dbusmenu"), "Event", &event)
            .await?;
        Ok(())
    }

    /// Waits for a notification with these words in it.
    pub async fn tells(&self, words: &str) -> anyhow::Result<()> {
        until(&format!("a notification says {words:?}"), async || {
            let notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(notices.iter().any(|notice| notice.contains(words)).then_some(()))
        })
        .await
    }

    /// The entries of the newest tray's menu, none while there is no tray.
    async fn entries(&self) -> anyhow::Result<Vec<(i32, String)>> {
        let Some((owner, menu)) = self.menu().await? else { return Ok(Vec::new()) };
        let wanted = (0_i32, -1_i32, Vec::<&str>::new());
        let menu_of = Some("com.canonical.dbusmenu");
        let answer =
            self.bus.call_method(Some(owner.as_str()), menu.as_str(), menu_of, "GetLayout", &wanted).await?;
        let (_, (_, _, children)): (u32, Entry) = answer.body().deserialize()?;
        let entry = |child: OwnedValue| {
            let (id, properties, _) = Entry::try_from(Structure::try_from(child).ok()?).ok()?;
            let label = properties.get("label").and_then(|label| label.downcast_ref::<String>().ok());
            Some((id, label.unwrap_or_default()))
        };
        Ok(children.into_iter().filter_map(entry).collect())
    }

    /// Where the newest tray's menu is.
    async fn menu(&self) -> anyhow::Result<Option<(String, OwnedObjectPath)>> {
        let newest = self.trays.lock().unwrap_or_else(PoisonError::into_inner).last().cloned();
        let Some((owner, path)) = newest else { return Ok(None) };
        let tray = zbus::Proxy::new(&self.bus, owner.clone(), path, "org.kde.StatusNotifierItem").await?;
        Ok(Some((owner, tray.get_property("Menu").await?)))
    }
}
