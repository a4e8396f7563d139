import { referenceUrl } from '@rolecall/contracts/requirements/attacks/attack';
import { topics } from '@rolecall/contracts/requirements/attacks/catalogue';
import { groups } from '@rolecall/contracts/requirements/catalogue';
import { roles } from '@rolecall/contracts/requirements/requirement';
import { sectionLabel, sourceUrl } from '@rolecall/contracts/requirements/source';

/** One line of the report: a requirement or an attack. */
export interface Item {
  id: string;
  text: string;
  /** How binding it is; attacks have no level. */
  level: string;
  core: boolean;
  mustReject: boolean;
  profiles: string[];
  sources: { label: string; url: string }[];
}

/** A table of the report. */
export interface Section {
  title: string;
  items: Item[];
}

/** A part of the report: a role, or the attacks on all of them. */
export interface Chapter {
  title: string;
  sections: Section[];
}

/** Everything that tests can name: the requirements of each role, then the attacks. */
export const catalogue: Chapter[] = [
  ...roles.map((role) => ({
    title: `${role.charAt(0).toUpperCase()}${role.slice(1)}`,
    sections: groups
      .filter((group) => group.role === role)
      .map((group) => ({
        title: `${group.name}: ${group.title}`,
        items: group.requirements.map(({ requirement, sources, ...item }) => ({
          ...item,
          text: requirement,
          sources: sources.flatMap(({ document, sections }) =>
            sections.length === 0
              ? [{ label: document, url: sourceUrl(document) }]
              : sections.map((section) => ({ label: `${document} ${sectionLabel(section)}`, url: sourceUrl(document, section) })),
          ),
        })),
      })),
  })),
  {
    title: 'Attacks',
    sections: topics.map((topic) => ({
      title: topic.title,
      items: topic.attacks.map(({ id, attack, result, seenIn }) => ({
        id,
        text: `${attack}: ${result}`,
        level: '',
        // Nothing that can be done to a server may be left out without a reason.
        core: true,
        mustReject: false,
        profiles: [],
        sources: seenIn.map((name) => ({ label: name, url: referenceUrl(name) })),
      })),
    })),
  },
];
