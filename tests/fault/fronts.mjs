// The three front programs as the fault tests use them.

/** What each front program is asked, and how one sees that it was done. */
export const fronts = {
  webhook: {
    ask: async (rig, buyer) => rig.post((await rig.order(buyer)).event),
    isDone: (rig, buyer) => rig.sql(`SELECT 1 FROM jobs WHERE tg_id = ${buyer}`).length === 1,
    good: 200,
  },
  tgupdate: {
    ask: (rig, buyer) => {
      const from = { id: buyer, is_bot: false, first_name: 'x', language_code: 'uk' };
      return rig.update({
        update_id: buyer, message: { message_id: 1, date: 1_700_000_000, chat: { id: buyer, type: 'private' }, from, text: '/help' },
      });
    },
    isDone: (rig, buyer) => rig.sql(`SELECT 1 FROM users WHERE tg_id = ${buyer}`).length === 1,
    good: 200,
  },
  pay: {
    ask: (rig, buyer) => ({ method: 'GET', uri: `/pay?tg_id=${buyer}` }),
    isDone: () => true, // a redirect promises nothing
    good: 303,
  },
};
