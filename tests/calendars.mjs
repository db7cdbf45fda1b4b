// A calendar that takes in iTIP objects (RFC 5546) as mail programs do, read by ical.js. Prints its entries after each.
import { readFileSync } from "node:fs";
const { default: ICAL } = await import(process.argv[2]);
const entries = new Map(); // UID -> the VEVENT that holds
const gone = new Map(); // UID -> what a CANCEL said

function newer(event, held) { // 2.1.5: the higher SEQUENCE, then the later DTSTAMP
  const number = (each) => Number(each.getFirstPropertyValue("sequence") ?? 0);
  const stamp = (each) => each.getFirstPropertyValue("dtstamp").toUnixTime();
  return number(event) > number(held) || (number(event) === number(held) && stamp(event) >= stamp(held));
}

for (const path of process.argv.slice(3)) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(path, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  const method = calendar.getFirstPropertyValue("method");
  for (const event of calendar.getAllSubcomponents("vevent")) {
    const uid = event.getFirstPropertyValue("uid");
    const held = entries.get(uid) ?? gone.get(uid);
    if (held && !newer(event, held)) continue;
    if (method === "CANCEL") {
      entries.delete(uid);
      gone.set(uid, event);
    } else if (method === "REQUEST") {
      entries.set(uid, event);
    }
  }
  const shown = [...entries.values()].map((each) => {
    const read = new ICAL.Event(each);
    const organizer = each.getFirstProperty("organizer");
    const attendee = each.getFirstProperty("attendee");
    return {
      uid: read.uid,
      start: read.startDate.toJSDate().toISOString(),
      zone: read.startDate.zone.tzid,
      end: read.endDate.toJSDate().toISOString(),
      summary: read.summary,
      organizer: organizer.getFirstValue(),
      by: organizer.getParameter("sent-by") ?? null,
      attendee: attendee.getFirstValue(),
      status: attendee.getParameter("partstat"),
      asked: attendee.getParameter("rsvp"),
    };
  });
  console.log(JSON.stringify(shown));
}
